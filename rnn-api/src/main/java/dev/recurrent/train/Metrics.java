package dev.recurrent.train;

import dev.recurrent.layer.RecurrentState;
import dev.recurrent.score.Measure;
import dev.recurrent.score.Measures;
import dev.recurrent.score.Statistics;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/** Holds the usual metrics, and {@link #evaluate} to compute one. */
public final class Metrics {
  /** The steps of a window in which long sequences are evaluated. */
  static final int WINDOW = 256;

  private static final Metric.Evidence LOSSES =
      window -> {
        double weight = window.batch().targetWeight();
        var loss = window.loss().loss(window.tape(), window.batch(), window.state());
        return List.of(Statistics.ofLoss(weight > 0 ? loss.item() : 0, weight));
      };

  /** The mean loss; for cross entropy, nats. */
  public static final Metric LOSS = ofLoss(Measures.LOSS);

  /** The mean cross entropy in bits: nats / ln 2. */
  public static final Metric BITS_PER_CHARACTER = ofLoss(Measures.BITS_PER_CHARACTER);

  /** e to the mean cross entropy: as unsure as among so many equally likely tokens. */
  public static final Metric PERPLEXITY = ofLoss(Measures.PERPLEXITY);

  private Metrics() {}

  /**
   * Returns the share of targets that get the largest of their logits, or for logits of one column
   * and targets that are numbers, those on the right side of 0.
   *
   * @param logits runs the model, {@code [N, V]}
   */
  public static Metric accuracy(LossFunction logits) {
    return new Metric(
        Measures.ACCURACY,
        window -> {
          var predicted = logits.loss(window.tape(), window.batch(), window.state());
          return List.of(correct(predicted, window.batch().targets()));
        });
  }

  /** Returns a metric of the loss; its measure gets {@link Statistics#ofLoss} of each window. */
  public static Metric ofLoss(Measure measure) {
    return new Metric(measure, LOSSES);
  }

  /**
   * Computes a metric over all batches of an epoch, with masks at their expectation. The tape's
   * current pass is ended. Batches that carry state go in windows of 256 steps.
   */
  public static double evaluate(Tape tape, Batches data, Metric metric, LossFunction loss) {
    return evaluate(tape, data, List.of(metric), loss)[0];
  }

  /**
   * Computes metrics over all batches of an epoch, as {@link #evaluate(Tape, Batches, Metric,
   * LossFunction)} does each. The model runs once for each different evidence.
   *
   * @return their values, in the same order
   */
  public static double[] evaluate(
      Tape tape, Batches data, List<Metric> metrics, LossFunction loss) {
    var rows = new LinkedHashMap<Metric.Evidence, List<double[]>>();
    metrics.forEach(metric -> rows.put(metric.evidence(), new ArrayList<>()));
    try (var state = new RecurrentState()) {
      for (int b = 0; b < data.count(); b++) {
        var batch = data.batch(0, b);
        var bptt = data.carriesState() ? Bptt.truncated(WINDOW) : Bptt.FULL;
        if (!data.carriesState()) {
          state.restore(Map.of()); // of any number of sequences
        }
        for (int w = 0; w < bptt.windows(batch.steps()); w++) {
          var window = batch.window(bptt.window(w, batch.steps()));
          look(new Metric.Window(tape, window, state, loss), rows);
        }
      }
    }
    return metrics.stream()
        .mapToDouble(
            metric -> metric.measure().of(Objects.requireNonNull(rows.get(metric.evidence()))))
        .toArray();
  }

  /** Adds what each evidence says of a window; all start from the same state, the last moves it. */
  private static void look(Metric.Window window, Map<Metric.Evidence, List<double[]>> rows) {
    int left = rows.size();
    for (var entry : rows.entrySet()) {
      window.tape().reset(Mode.INFERENCE, 0);
      if (--left == 0) {
        entry.getValue().addAll(entry.getKey().of(window));
      } else {
        try (var copy = new RecurrentState()) {
          copy.copyFrom(window.state());
          var its = new Metric.Window(window.tape(), window.batch(), copy, window.loss());
          entry.getValue().addAll(entry.getKey().of(its));
        }
      }
    }
  }

  private static double[] correct(Tensor logits, Sequences targets) {
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
    return new double[] {sum, weight};
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
