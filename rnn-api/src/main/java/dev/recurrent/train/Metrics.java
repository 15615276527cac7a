package dev.recurrent.train;

import dev.recurrent.layer.RecurrentState;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/** Holds the metrics, and {@link #evaluate} to compute one. */
public final class Metrics {
  /** The steps of a window in which long sequences are evaluated. */
  static final int WINDOW = 256;

  /** The mean loss; for cross entropy, nats. */
  public static final Metric LOSS = ofLoss("loss", mean -> mean);

  /** The mean cross entropy in bits: nats / ln 2. */
  public static final Metric BITS_PER_CHARACTER =
      ofLoss("bits/character", mean -> mean / Math.log(2));

  /** e to the mean cross entropy: as unsure as among so many equally likely tokens. */
  public static final Metric PERPLEXITY = ofLoss("perplexity", Math::exp);

  private Metrics() {}

  /**
   * Returns the share of targets that get the largest of their logits, or for logits of one column
   * and targets that are numbers, those on the right side of 0.
   *
   * @param logits runs the model, {@code [N, V]}
   */
  public static Metric accuracy(LossFunction logits) {
    return new Metric() {
      @Override
      public String name() {
        return "accuracy";
      }

      @Override
      public Goal goal() {
        return Goal.MAXIMIZE;
      }

      @Override
      public Sum measure(Window window) {
        var predicted = logits.loss(window.tape(), window.batch(), window.state());
        return correct(predicted, window.batch().targets());
      }

      @Override
      public double value(Sum total) {
        return total.sum() / total.weight();
      }
    };
  }

  /** Returns a metric that is a function of the mean loss over all targets; smaller is better. */
  public static Metric ofLoss(String name, DoubleUnaryOperator ofMean) {
    return new Metric() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Goal goal() {
        return Goal.MINIMIZE;
      }

      @Override
      public Sum measure(Window window) {
        double weight = window.batch().targetWeight();
        var loss = window.loss().loss(window.tape(), window.batch(), window.state());
        return new Sum(weight > 0 ? loss.item() * weight : 0, weight);
      }

      @Override
      public double value(Sum total) {
        return ofMean.applyAsDouble(total.sum() / total.weight());
      }
    };
  }

  /**
   * Computes a metric over all batches of an epoch, with masks at their expectation. The tape's
   * current pass is ended. Batches that carry state go in windows of 256 steps.
   */
  public static double evaluate(Tape tape, Batches data, Metric metric, LossFunction loss) {
    double sum = 0;
    double weight = 0;
    try (var state = new RecurrentState()) {
      for (int b = 0; b < data.count(); b++) {
        var batch = data.batch(0, b);
        var bptt = data.carriesState() ? Bptt.truncated(WINDOW) : Bptt.FULL;
        if (!data.carriesState()) {
          state.restore(Map.of()); // of any number of sequences
        }
        for (int w = 0; w < bptt.windows(batch.steps()); w++) {
          tape.reset(Mode.INFERENCE, 0);
          var window = batch.window(bptt.window(w, batch.steps()));
          var part = metric.measure(new Metric.Window(tape, window, state, loss));
          sum += part.sum();
          weight += part.weight();
        }
      }
    }
    return metric.value(new Metric.Sum(sum, weight));
  }

  private static Metric.Sum correct(Tensor logits, Sequences targets) {
    Losses.requireSameRows(logits, targets);
    var values = logits.toArray();
    int columns = logits.columns();
    ToDoubleFunction<Integer> hit =
        targets.hasTokens()
            ? row -> largest(values, row * columns, columns) == targets.packedTokens()[row] ? 1 : 0
            : row -> values[row] > 0 == targets.packedFeatures()[row] > 0.5 ? 1 : 0;
    double sum = 0;
    double weight = 0;
    var weights = targets.packedWeights();
    for (int row = 0; row < logits.rows(); row++) {
      double w = weights == null ? 1 : weights[row];
      if (!targets.hasTokens() || targets.packedTokens()[row] >= 0) {
        sum += w * hit.applyAsDouble(row);
        weight += w;
      }
    }
    return new Metric.Sum(sum, weight);
  }

  private static int largest(float[] values, int from, int count) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      if (values[from + i] > values[from + best]) {
        best = i;
      }
    }
    return best;
  }
}
