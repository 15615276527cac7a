package dev.recurrent.train;

import dev.recurrent.layer.RecurrentState;
import dev.recurrent.score.Goal;
import dev.recurrent.score.Measure;
import dev.recurrent.tape.Tape;
import java.util.List;

/**
 * A {@link Measure} of a model on data that it was not trained on, with what it is computed from:
 * the best epoch, early stopping and a test may go by the same measure.
 *
 * <pre>{@code
 * var f1 = new Metric(Measures.macroF1(5), window -> {
 *   var logits = model.logits(window.tape(), window.batch(), window.state());
 *   return List.of(Statistics.confusions(classes(logits), targets(window.batch()), 5));
 * });
 * training.validateOn(validation, f1, Metrics.LOSS);
 * }</pre>
 *
 * <p>Called by the thread that trains.
 *
 * @param measure what is computed
 * @param evidence what it is computed from. Metrics with the same evidence share a pass.
 */
public record Metric(Measure measure, Evidence evidence) {

  /** A window of the data, and how to run the model on it. */
  public record Window(Tape tape, Batch batch, RecurrentState state, LossFunction loss) {}

  /** A way to what a window shows of a model: the examples' statistics. */
  @FunctionalInterface
  public interface Evidence {
    /**
     * Runs the model on one window, once, with its state.
     *
     * @return rows as the measure wants them: one for each example, or for the window as a whole
     */
    List<double[]> of(Window window);
  }

  /** Returns the name of the measure, such as {@code bits/character}. */
  public String name() {
    return measure.name();
  }

  /** Returns which values are better. */
  public Goal goal() {
    return measure.goal();
  }
}
