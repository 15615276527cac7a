package dev.recurrent.tape;

/**
 * Is shown the states of recurrent layers after each step; see {@link Tape#observe}.
 *
 * <p>Called by the thread of the tape's pass.
 */
@FunctionalInterface
public interface StepObserver {
  /**
   * Called in the order of computation.
   *
   * @param name the state, such as {@code lstm.h_l0_reverse}
   * @param step the step of the sequences after which it holds
   * @param state the rows of the sequences that run at this step, {@code [batchSize(step), S]}; its
   *     gradient is kept
   */
  void stepped(String name, int step, Tensor state);
}
