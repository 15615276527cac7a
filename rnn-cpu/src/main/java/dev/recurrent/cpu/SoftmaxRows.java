package dev.recurrent.cpu;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.cpu.PassCode.Shape;
import dev.recurrent.cpu.PassCode.Step;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.TensorOps.CrossEntropyCall;
import jdk.incubator.vector.FloatVector;

/** Computes softmax and cross entropy row by row; workers share out the rows. Thread-safe. */
final class SoftmaxRows {
  /** Elements below which other workers are not worth waking. */
  private static final int ALONE = 1 << 13;

  /** Vector operations of an exponential, roughly. */
  private static final int OPERATIONS = 20;

  private static final Pass EXPONENTIALS = exponentials();

  private final Workers workers;

  SoftmaxRows(Workers workers) {
    this.workers = workers;
  }

  void softmax(Matrix a, Matrix out) {
    rows(
        a,
        (r, scratch) -> {
          int to = out.offset() + r * out.stride();
          var target = CpuStorage.floats(out);
          maximum(a, r, scratch);
          float sum = exponentials(a, r, target, to, scratch);
          scale(target, to, out.columns(), 1 / sum);
        });
  }

  void crossEntropy(CrossEntropyCall call) {
    rows(call.logits(), (r, scratch) -> crossEntropyRow(call, r, scratch));
  }

  private static void crossEntropyRow(CrossEntropyCall call, int r, Scratch scratch) {
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
    float meanLogit =
        smoothing == 0 ? 0 : Reductions.sum(source, from, classes, scratch.lanes) / classes;
    float max = maximum(logits, r, scratch);
    float sum =
        exponentials(logits, r, gradient, to, scratch); // reads a logit before it writes there
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

  /** Finds the largest value of one row and keeps it for {@link #exponentials}. */
  private static float maximum(Matrix a, int row, Scratch scratch) {
    int from = a.offset() + row * a.stride();
    scratch.max[0] = Reductions.maximum(CpuStorage.floats(a), from, a.columns(), scratch.lanes);
    return scratch.max[0];
  }

  /** Writes exp(a - max) of one row, whose max is found, and returns their sum. */
  private static float exponentials(Matrix a, int row, float[] target, int to, Scratch scratch) {
    var source = CpuStorage.floats(a);
    int from = a.offset() + row * a.stride();
    int length = a.columns();
    int whole = Lanes.SPECIES.loopBound(length);
    scratch.arrays[0] = source;
    scratch.offsets[0] = from;
    scratch.arrays[1] = scratch.max;
    scratch.arrays[2] = target;
    scratch.offsets[2] = to;
    EXPONENTIALS.run(scratch.arrays, scratch.offsets, scratch.strides, 1, whole);
    for (int c = whole; c < length; c++) {
      target[to + c] = ScalarMath.exp(source[from + c] - scratch.max[0]);
    }
    return Reductions.sum(target, to, length, scratch.lanes);
  }

  /** Compiles operand 2 = exp(operand 0 - operand 1), operand 1 being one number a row. */
  private static Pass exponentials() {
    var code = new PassCode();
    int x = code.add(new Step.Load(code.operand(), Shape.FULL));
    int max = code.add(new Step.Load(code.operand(), Shape.ROW));
    int difference = code.add(new Step.Binary(BinaryOp.MINUS, x, max, Shape.FULL));
    int exp = code.add(new Step.Unary(UnaryOp.EXP, difference, Shape.FULL));
    code.add(new Step.Store(code.operand(), exp));
    return PassLibrary.of("softmax_exponentials", code);
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

  /** What one worker needs for a row. */
  private static final class Scratch {
    final float[] lanes = new float[Lanes.COUNT];
    final float[] max = new float[1];
    final float[][] arrays = new float[3][];
    final int[] offsets = new int[3];
    final int[] strides = new int[3];
  }

  private interface Row {
    void compute(int row, Scratch scratch);
  }

  private void rows(Matrix shape, Row row) {
    workers.requireOpen();
    int rows = shape.rows();
    EXPONENTIALS.prepare((long) rows * Lanes.vectors(shape.columns()) * OPERATIONS);
    if ((long) rows * shape.columns() < ALONE || workers.count() == 1) {
      var scratch = new Scratch();
      for (int r = 0; r < rows; r++) {
        row.compute(r, scratch);
      }
      return;
    }
    workers.share(
        worker -> {
          var scratch = new Scratch();
          int to = (int) ((long) rows * (worker + 1) / workers.count());
          for (int r = (int) ((long) rows * worker / workers.count()); r < to; r++) {
            row.compute(r, scratch);
          }
        });
  }
}
