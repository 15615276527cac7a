package dev.recurrent.layer;

/**
 * Runs a network one step at a time, as in the textbooks: the state is inside. Two of them stack:
 *
 * <pre>{@code
 * float[] y = second.step(first.step(x));
 * }</pre>
 *
 * <p>Nothing is allocated per step where the backend does not: the array returned is the same at
 * every step. A change of the parameters takes effect at the next step. Used by one thread.
 */
public interface Stepper extends AutoCloseable {
  /**
   * Takes one step.
   *
   * @param x the input, {@code [inputSize]}
   * @return the output, {@code [outputSize]}, overwritten by the next step
   * @throws IllegalArgumentException if x is of another length
   */
  float[] step(float[] x);

  /** Sets the state to zero. */
  void reset();

  /** Returns the number of inputs. */
  int inputSize();

  /** Returns the number of outputs. */
  int outputSize();

  /** Frees the state. */
  @Override
  void close();
}
