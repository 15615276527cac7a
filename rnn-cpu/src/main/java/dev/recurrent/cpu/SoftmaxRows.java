package dev.recurrent.cpu;

import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.TensorOps.CrossEntropyCall;
import jdk.incubator.vector.FloatVector;

/** Computes softmax and cross entropy row by row; workers share out the rows. */
final class SoftmaxRows {
  /** Elements below which other workers are not worth waking. */
  private static final int ALONE = 1 << 13;

  private final Workers workers;

  SoftmaxRows(Workers workers) {
    this.workers = workers;
  }

  void softmax(Matrix a, Matrix out) {
    rows(
        a,
        (r, lanes) -> {
          int to = out.offset() + r * out.stride();
          var target = CpuStorage.floats(out);
          float sum = exponentials(a, r, target, to, lanes);
          scale(target, to, out.columns(), 1 / sum);
        });
  }

  void crossEntropy(CrossEntropyCall call) {
    rows(call.logits(), (r, lanes) -> crossEntropyRow(call, r, lanes));
  }

  private static void crossEntropyRow(CrossEntropyCall call, int r, float[] lanes) {
    var logits = call.logits();
    int classes = logits.columns();
    int from = logits.offset() + r * logits.stride();
    var source = CpuStorage.floats(logits);
    var gradient = CpuStorage.floats(call.dLogits());
    int to = call.dLogits().offset() + r * call.dLogits().stride();
    var losses = CpuStorage.floats(call.losses());
    int lossAt = call.losses().offset() + r * call.losses().stride();
    int target =
        CpuStorage.ints(call.targets())[call.targets().offset() + r * call.targets().stride()];
    if (target < 0) {
      java.util.Arrays.fill(gradient, to, to + classes, 0);
      losses[lossAt] = 0;
      return;
    }
    float smoothing = call.labelSmoothing();
    float targetLogit = source[from + target];
    float meanLogit = smoothing == 0 ? 0 : Reductions.sum(source, from, classes, lanes) / classes;
    float max = Reductions.maximum(source, from, classes, lanes);
    float sum =
        exponentials(logits, r, gradient, to, lanes); // reads a logit before it writes there
    float logSum = max + (float) Math.log(sum);
    losses[lossAt] =
        smoothing == 0
            ? logSum - targetLogit
            : (1 - smoothing) * (logSum - targetLogit) + smoothing * (logSum - meanLogit);
    scale(gradient, to, classes, call.scale() / sum);
    if (smoothing != 0) {
      float share = smoothing / classes * call.scale();
      for (int c = 0; c < classes; c++) {
        gradient[to + c] -= share;
      }
    }
    gradient[to + target] -= (1 - smoothing) * call.scale();
  }

  /** Writes exp(a - max) of one row and returns their sum. */
  private static float exponentials(Matrix a, int row, float[] target, int to, float[] lanes) {
    var source = CpuStorage.floats(a);
    int from = a.offset() + row * a.stride();
    int length = a.columns();
    float max = Reductions.maximum(source, from, length, lanes);
    var maxima = FloatVector.broadcast(Lanes.SPECIES, max);
    int whole = Lanes.SPECIES.loopBound(length);
    for (int c = 0; c < whole; c += Lanes.COUNT) {
      var v = FloatVector.fromArray(Lanes.SPECIES, source, from + c);
      VectorMath.exp(v.sub(maxima)).intoArray(target, to + c);
    }
    for (int c = whole; c < length; c++) {
      target[to + c] = ScalarMath.exp(source[from + c] - max);
    }
    return Reductions.sum(target, to, length, lanes);
  }

  private static void scale(float[] values, int from, int length, float factor) {
    int whole = Lanes.SPECIES.loopBound(length);
    for (int c = 0; c < whole; c += Lanes.COUNT) {
      FloatVector.fromArray(Lanes.SPECIES, values, from + c)
          .mul(factor)
          .intoArray(values, from + c);
    }
    for (int c = whole; c < length; c++) {
      values[from + c] *= factor;
    }
  }

  private interface Row {
    /** Computes one row; {@code lanes} is scratch for one vector. */
    void compute(int row, float[] lanes);
  }

  private void rows(Matrix shape, Row row) {
    int rows = shape.rows();
    if ((long) rows * shape.columns() < ALONE || workers.count() == 1) {
      var lanes = new float[Lanes.COUNT];
      for (int r = 0; r < rows; r++) {
        row.compute(r, lanes);
      }
      return;
    }
    workers.share(
        worker -> {
          var lanes = new float[Lanes.COUNT];
          int to = (int) ((long) rows * (worker + 1) / workers.count());
          for (int r = (int) ((long) rows * worker / workers.count()); r < to; r++) {
            row.compute(r, lanes);
          }
        });
  }
}
