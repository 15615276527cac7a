package dev.recurrent.examples.conformance;

import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.train.Losses;
import java.io.IOException;

/** Compares a loss and its gradient. */
final class LossCase {
  private final CaseFile data;

  LossCase(CaseFile data) {
    this.data = data;
  }

  void run(String kind, Backend backend, Comparison comparison) throws IOException {
    var name = kind.equals("mse") ? "pred" : "logits";
    // [steps, batch, classes]; binary targets may come without the last dimension.
    int[] shape = rows(name);
    try (var tape = Tape.evaluation(backend)) {
      var predictions = Sequences.timeMajor(data.floats(name), shape[0], shape[1], shape[2]);
      var prediction = tape.variable(predictions);
      var loss =
          switch (kind) {
            case "cross_entropy" ->
                Losses.crossEntropy(
                    prediction,
                    Sequences.timeMajor(targetTokens(), shape[0], shape[1]),
                    data.number("label_smoothing", 0));
            case "bce_with_logits" -> Losses.binaryCrossEntropy(prediction, targets(shape));
            default -> Losses.meanSquaredError(prediction, targets(shape));
          };
      tape.backward(loss);
      comparison.expect("loss", loss.toArray());
      comparison.expect("grad." + name, prediction.gradientToArray());
    }
  }

  private int[] rows(String name) throws IOException {
    if (data.text("kind").equals("cross_entropy")) {
      return data.shape(name, 3);
    }
    try {
      return data.shape(name, 3);
    } catch (IllegalArgumentException e) {
      var two = data.shape(name, 2);
      return new int[] {two[0], two[1], 1};
    }
  }

  private Sequences targets(int[] shape) throws IOException {
    return Sequences.timeMajor(data.floats("targets"), shape[0], shape[1], shape[2]);
  }

  /** Reads targets; the one that the case ignores becomes a negative one, which we ignore. */
  private int[] targetTokens() throws IOException {
    int ignored = data.integer("ignore_index", Sequences.IGNORED);
    var targets = data.ints("targets");
    for (int i = 0; i < targets.length; i++) {
      if (targets[i] == ignored) {
        targets[i] = Sequences.IGNORED;
      } else if (targets[i] < 0) {
        throw new IllegalArgumentException(
            "targets: expected classes or ignore_index " + ignored + ", got " + targets[i]);
      }
    }
    return targets;
  }
}
