package dev.recurrent.train;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.PointwiseProgram;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.spi.TensorOps.CrossEntropyCall;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.List;

/**
 * Holds the losses: from predictions and targets of the same sequences, a number {@code [1, 1]}.
 * Each is a mean over the targets that count; a negative token and a row of weight 0 do not ({@link
 * Sequences#weighted}), and where none counts the loss is 0. Predictions for whole sequences, such
 * as those of {@link dev.recurrent.layer.Pooling}, go with {@link Sequences#ofLabels} or {@link
 * Sequences#ofRows}.
 *
 * <p>Stateless: any thread may call it, with tensors of its own tape.
 */
public final class Losses {
  private static final PointwiseProgram SQUARED_ERROR = squaredError();
  private static final PointwiseProgram BINARY_CROSS_ENTROPY = binaryCrossEntropyProgram();

  private Losses() {}

  /**
   * Computes the mean cross entropy in nats of the softmax of logits {@code [N, V]} against tokens:
   * PyTorch's {@code cross_entropy} with any negative token ignored.
   */
  public static Tensor crossEntropy(Tensor logits, Sequences targets) {
    return crossEntropy(logits, targets, 0);
  }

  /**
   * Computes the mean cross entropy against targets of which the share {@code labelSmoothing} is
   * spread evenly over all V classes.
   */
  public static Tensor crossEntropy(Tensor logits, Sequences targets, double labelSmoothing) {
    requireCrossEntropy(logits, targets);
    if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
      throw new IllegalArgumentException(
          "labelSmoothing: expected a share in [0, 1), got " + labelSmoothing);
    }
    var tape = logits.tape();
    var losses = tape.temporary(logits.rows(), 1);
    var derivative = tape.tensor(logits.rows(), logits.columns(), null).value();
    double scale = inverse(totalWeight(targets));
    tape.ops()
        .softmaxCrossEntropy(
            new CrossEntropyCall(
                logits.value(),
                tape.tokens(targets),
                (float) labelSmoothing,
                (float) scale,
                losses,
                derivative));
    applyWeights(tape, targets, losses, derivative);
    return mean(logits, losses, scale, derivative);
  }

  /**
   * Computes the cross entropy in nats of each sequence, a sum over its targets, {@code [B]} in the
   * caller's order; for scores, so there is no way back. Each counts by its weight.
   */
  public static double[] crossEntropySums(Tensor logits, Sequences targets) {
    requireCrossEntropy(logits, targets);
    var tape = logits.tape();
    var losses = tape.temporary(logits.rows(), 1);
    var derivative = tape.temporary(logits.rows(), logits.columns());
    tape.ops()
        .softmaxCrossEntropy(
            new CrossEntropyCall(logits.value(), tape.tokens(targets), 0, 1, losses, derivative));
    tape.release(derivative);
    var rows = tape.read(losses);
    tape.release(losses);
    var weights = targets.packedWeights();
    var layout = targets.layout();
    var sums = new double[layout.batch()];
    for (int t = 0; t < layout.steps(); t++) {
      for (int i = 0; i < layout.batchSize(t); i++) {
        int row = layout.rowStart(t) + i;
        sums[layout.originalIndex(i)] += weights == null ? rows[row] : rows[row] * weights[row];
      }
    }
    return sums;
  }

  /**
   * Computes the mean binary cross entropy in nats of σ(logits) {@code [N, width]} against targets
   * in [0, 1]: PyTorch's {@code binary_cross_entropy_with_logits}.
   */
  public static Tensor binaryCrossEntropy(Tensor logits, Sequences targets) {
    return elementwise(BINARY_CROSS_ENTROPY, logits, targets, 1);
  }

  /** Computes the mean of (prediction - target)² over all elements: PyTorch's {@code mse_loss}. */
  public static Tensor meanSquaredError(Tensor prediction, Sequences targets) {
    return elementwise(SQUARED_ERROR, prediction, targets, 1);
  }

  /** Computes the mean of ½ (prediction - target)², the form of many textbooks. */
  public static Tensor halfSquaredError(Tensor prediction, Sequences targets) {
    return elementwise(SQUARED_ERROR, prediction, targets, 0.5);
  }

  private static Tensor elementwise(
      PointwiseProgram program, Tensor prediction, Sequences targets, double factor) {
    requireSameRows(prediction, targets);
    if (prediction.columns() != targets.width()) {
      throw new IllegalArgumentException(
          "targets: expected a width of " + prediction.columns() + ", got " + targets.width());
    }
    var tape = prediction.tape();
    int rows = prediction.rows();
    int columns = prediction.columns();
    double scale = factor * inverse(totalWeight(targets) * columns);
    var target = tape.input(targets).value();
    var errors = tape.temporary(rows, columns);
    var derivative = tape.tensor(rows, columns, null).value();
    tape.kernel(program)
        .run(
            List.of(prediction.value(), target),
            new float[] {(float) scale},
            List.of(errors, derivative));
    applyWeights(tape, targets, errors, derivative);
    return mean(prediction, errors, scale, derivative);
  }

  /** Sums the errors, a temporary matrix, and records the way back. */
  private static Tensor mean(Tensor prediction, Matrix errors, double scale, Matrix derivative) {
    var tape = prediction.tape();
    var loss = tape.tensor(1, 1, null);
    if (errors.columns() == 1) {
      tape.ops().sumRows(errors, loss.value(), 0);
    } else {
      var rows = tape.temporary(errors.rows(), 1);
      tape.ops().sumColumns(errors, rows);
      tape.ops().sumRows(rows, loss.value(), 0);
      tape.release(rows);
    }
    tape.release(errors);
    tape.ops().affine(loss.value(), (float) scale, 0, loss.value());
    return tape.record(
        loss,
        List.of(prediction),
        () ->
            prediction.contribute(
                d -> tape.ops().binary(BinaryOp.TIMES, derivative, loss.gradient(), d)));
  }

  private static void applyWeights(Tape tape, Sequences targets, Matrix errors, Matrix derivative) {
    var weights = targets.packedWeights();
    if (weights != null) {
      var column = tape.constant(weights, weights.length, 1).value();
      tape.ops().binary(BinaryOp.TIMES, errors, column, errors);
      tape.ops().binary(BinaryOp.TIMES, derivative, column, derivative);
    }
  }

  static double totalWeight(Sequences targets) {
    return totalWeight(targets, 0, targets.steps());
  }

  /** Returns the weight of the targets of steps {@code from} to {@code to}. */
  static double totalWeight(Sequences targets, int from, int to) {
    int[] tokens = targets.mayHaveIgnoredTokens() ? targets.packedTokens() : null;
    var weights = targets.packedWeights();
    double total = 0;
    for (int row = targets.layout().rowStart(from); row < targets.layout().rowStart(to); row++) {
      boolean ignored = tokens != null && tokens[row] < 0;
      total += ignored ? 0 : weights == null ? 1 : weights[row];
    }
    return total;
  }

  private static double inverse(double total) {
    return total > 0 ? 1 / total : 0;
  }

  private static void requireCrossEntropy(Tensor logits, Sequences targets) {
    requireSameRows(logits, targets);
    if (targets.largestToken() >= logits.columns()) {
      throw new IllegalArgumentException(
          "targets: expected tokens below the "
              + logits.columns()
              + " classes of the logits, got "
              + targets.largestToken());
    }
  }

  static void requireSameRows(Tensor prediction, Sequences targets) {
    var layout = prediction.layout();
    if (layout != null) {
      layout.requireSame("targets", targets.layout());
    } else if (!targets.layout().equals(SequenceLayout.uniform(1, prediction.rows()))) {
      throw new IllegalArgumentException(
          "targets: expected one for each of the "
              + prediction.rows()
              + " rows of the prediction, got "
              + targets.layout());
    }
  }

  private static PointwiseProgram squaredError() {
    var p = new PointwiseProgram.Builder("squared error");
    int prediction = p.input();
    int target = p.input();
    int scale = p.scalar();
    int error = p.apply(BinaryOp.MINUS, prediction, target);
    int twice = p.apply(BinaryOp.PLUS, error, error);
    return p.output(p.apply(BinaryOp.TIMES, error, error))
        .output(p.apply(BinaryOp.TIMES, twice, scale))
        .build();
  }

  /** log(1 + exp(z)) - z y, and σ(z) - y. */
  private static PointwiseProgram binaryCrossEntropyProgram() {
    var p = new PointwiseProgram.Builder("binary cross entropy");
    int z = p.input();
    int y = p.input();
    int scale = p.scalar();
    int loss = p.apply(BinaryOp.MINUS, p.apply(UnaryOp.SOFTPLUS, z), p.apply(BinaryOp.TIMES, z, y));
    int derivative = p.apply(BinaryOp.MINUS, p.apply(UnaryOp.SIGMOID, z), y);
    return p.output(loss).output(p.apply(BinaryOp.TIMES, derivative, scale)).build();
  }
}
