package dev.recurrent.train;

import dev.recurrent.layer.RecurrentState;
import dev.recurrent.tape.Tape;

/**
 * Measures how good a model is on data that it was not trained on.
 *
 * <p>Called by the thread that trains.
 */
public interface Metric {
  /** Says which values are better. */
  enum Goal {
    /** Smaller values. */
    MINIMIZE,
    /** Larger values. */
    MAXIMIZE
  }

  /** Is a sum over targets and their weight. */
  record Sum(double sum, double weight) {}

  /** Is what a metric may look at: a window of the data, and how to run the model on it. */
  record Window(Tape tape, Batch batch, RecurrentState state, LossFunction loss) {}

  /** Returns the name, such as {@code bits/character}. */
  String name();

  /** Says which values are better. */
  Goal goal();

  /** Runs the model on one window, once, and returns a sum over its targets. */
  Sum measure(Window window);

  /** Returns the value, given the sums of all windows. */
  double value(Sum total);
}
