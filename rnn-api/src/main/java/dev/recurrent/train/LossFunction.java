package dev.recurrent.train;

import dev.recurrent.layer.RecurrentState;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;

/** Computes the loss of a batch, or of a window of one; a mean over its targets. */
@FunctionalInterface
public interface LossFunction {
  /**
   * Runs the model and returns its loss, {@code [1, 1]}.
   *
   * @param tape records; in validation it does not
   * @param state the states before the window; {@code Recurrent.on(tape, x, state)} leaves there
   *     those after it. A model that always starts anew passes it by.
   */
  Tensor loss(Tape tape, Batch batch, RecurrentState state);
}
