package dev.recurrent.train;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.PointwiseKernel;
import dev.recurrent.spi.PointwiseProgram;
import dev.recurrent.spi.Storage;
import dev.recurrent.tape.ParameterStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Limits the gradients of all parameters of a model before an update. By norm: if the norm of all
 * gradients together is above the limit, all are multiplied by {@code limit / (norm + 1e-6)}, as
 * PyTorch's {@code clip_grad_norm_} does, which keeps their direction. By value: each element is
 * cut to ±limit. Everything stays on the device.
 */
public final class GradientClipping implements AutoCloseable {
  private final ParameterStore store;
  private final List<Matrix> gradients; // of the parameters that are trained
  private final @Nullable PointwiseKernel kernel;
  private final Kind kind;
  private final float[] limit;
  private final Storage numbers;
  private final Matrix norm;
  private final Matrix factor;

  private enum Kind {
    NONE,
    NORM,
    VALUE
  }

  private GradientClipping(
      ParameterStore store, List<ParameterStore.Range> ranges, Kind kind, double limit) {
    this.store = store;
    gradients = ranges.stream().map(range -> range.of(store.gradients())).toList();
    this.kind = kind;
    this.limit = new float[] {(float) limit};
    numbers = store.backend().memory().allocate(DataType.FLOAT32, 2);
    norm = Matrix.of(numbers, 1, 2).columns(0, 1);
    factor = Matrix.of(numbers, 1, 2).columns(1, 1);
    kernel =
        switch (kind) {
          case NONE -> null;
          case NORM -> store.backend().compile(factorProgram());
          case VALUE -> store.backend().compile(cutProgram());
        };
  }

  /** Clips nothing, and measures the norm. */
  public static GradientClipping none(ParameterStore store) {
    return of(new Training.Clip(0, 0), store, store.ranges(_ -> true));
  }

  /** Clips by the norm of all gradients together. */
  public static GradientClipping byNorm(ParameterStore store, double limit) {
    return of(
        new Training.Clip(Optimizer.requirePositive("clip", limit), 0),
        store,
        store.ranges(_ -> true));
  }

  /** Clips each element to ±limit. */
  public static GradientClipping byValue(ParameterStore store, double limit) {
    return of(
        new Training.Clip(0, Optimizer.requirePositive("clip", limit)),
        store,
        store.ranges(_ -> true));
  }

  /** Clips the gradients of the given ranges of the parameters; the others do not count. */
  static GradientClipping of(
      Training.Clip clip, ParameterStore store, List<ParameterStore.Range> ranges) {
    if (clip.norm() > 0) {
      return new GradientClipping(store, ranges, Kind.NORM, clip.norm());
    }
    return clip.value() > 0
        ? new GradientClipping(store, ranges, Kind.VALUE, clip.value())
        : new GradientClipping(store, ranges, Kind.NONE, 1);
  }

  /** Measures the norm of the gradients and clips them. */
  public void apply() {
    var ops = store.backend().ops();
    ops.fill(norm, 0);
    gradients.forEach(range -> ops.addSumOfSquares(range, norm));
    ops.unary(UnaryOp.SQRT, norm, norm);
    if (kernel != null && kind == Kind.NORM) {
      kernel.run(List.of(norm), limit, List.of(factor));
      gradients.forEach(range -> ops.binary(BinaryOp.TIMES, range, factor, range));
    } else if (kernel != null) {
      gradients.forEach(range -> kernel.run(List.of(range), limit, List.of(range)));
    }
  }

  /** Returns where the norm of all gradients before the last clipping is, {@code [1, 1]}. */
  Matrix norm() {
    return norm;
  }

  /** Returns the norm of all gradients before the last clipping; waits for pending work. */
  public float lastNorm() {
    var value = new float[1];
    store.backend().memory().read(numbers, 0, value, 0, 1);
    return value[0];
  }

  /** Frees the memory. */
  @Override
  public void close() {
    if (kernel != null) {
      kernel.close();
    }
    numbers.close();
  }

  /** min(limit / (norm + 1e-6), 1). */
  private static PointwiseProgram factorProgram() {
    var p = new PointwiseProgram.Builder("clip factor");
    int sum = p.apply(BinaryOp.PLUS, p.input(), p.constant(1e-6));
    int ratio = p.apply(BinaryOp.DIVIDE, p.scalar(), sum);
    return p.output(p.apply(BinaryOp.MIN, ratio, p.constant(1))).build();
  }

  private static PointwiseProgram cutProgram() {
    var p = new PointwiseProgram.Builder("clip value");
    int gradient = p.input();
    int limit = p.scalar();
    int above = p.apply(BinaryOp.MAX, gradient, p.apply(UnaryOp.NEGATE, limit));
    return p.output(p.apply(BinaryOp.MIN, above, limit)).build();
  }
}
