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
 * cut to ±limit. By both: first by value, then by the norm of what is left. Everything stays on the
 * device.
 *
 * <p>Used by one thread, the one that trains the model.
 */
public final class GradientClipping implements AutoCloseable {
  private final ParameterStore store;
  private final List<Matrix> gradients; // of the parameters that are trained
  private final Training.Clip limits;
  private final @Nullable PointwiseKernel cut; // where values are limited
  private final @Nullable PointwiseKernel shrink; // where the norm is
  private final Storage numbers;
  private final Matrix norm; // before all clipping
  private final Matrix normLeft; // after values were cut
  private final Matrix factor;

  private GradientClipping(
      Training.Clip limits, ParameterStore store, List<ParameterStore.Range> ranges) {
    this.store = store;
    this.limits = limits;
    gradients = ranges.stream().map(range -> range.of(store.gradients())).toList();
    numbers = store.backend().memory().allocate(DataType.FLOAT32, 3);
    norm = Matrix.of(numbers, 1, 3).columns(0, 1);
    normLeft = Matrix.of(numbers, 1, 3).columns(1, 1);
    factor = Matrix.of(numbers, 1, 3).columns(2, 1);
    cut = limits.value() > 0 ? store.backend().compile(cutProgram()) : null;
    shrink = limits.norm() > 0 ? store.backend().compile(factorProgram()) : null;
  }

  /** Clips nothing, and measures the norm. */
  public static GradientClipping none(ParameterStore store) {
    return of(Training.Clip.NONE, store, store.ranges(_ -> true));
  }

  /** Clips by the norm of all gradients together. */
  public static GradientClipping byNorm(ParameterStore store, double limit) {
    return of(Training.Clip.NONE.withNorm(limit), store, store.ranges(_ -> true));
  }

  /** Clips each element to ±limit. */
  public static GradientClipping byValue(ParameterStore store, double limit) {
    return of(Training.Clip.NONE.withValue(limit), store, store.ranges(_ -> true));
  }

  /** Clips the gradients of the given ranges of the parameters; the others do not count. */
  static GradientClipping of(
      Training.Clip limits, ParameterStore store, List<ParameterStore.Range> ranges) {
    return new GradientClipping(limits, store, ranges);
  }

  /** Measures the norm of the gradients and clips them. */
  public void apply() {
    measure(norm);
    if (cut != null) {
      var limit = new float[] {(float) limits.value()};
      gradients.forEach(range -> cut.run(List.of(range), limit, List.of(range)));
    }
    if (shrink != null) {
      var measured = cut == null ? norm : measure(normLeft);
      shrink.run(List.of(measured), new float[] {(float) limits.norm()}, List.of(factor));
      var ops = store.backend().ops();
      gradients.forEach(range -> ops.binary(BinaryOp.TIMES, range, factor, range));
    }
  }

  private Matrix measure(Matrix result) {
    var ops = store.backend().ops();
    ops.fill(result, 0);
    gradients.forEach(range -> ops.addSumOfSquares(range, result));
    ops.unary(UnaryOp.SQRT, result, result);
    return result;
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
    if (cut != null) {
      cut.close();
    }
    if (shrink != null) {
      shrink.close();
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
