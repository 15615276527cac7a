package dev.recurrent.cpu;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.cpu.PassCode.Shape;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.PointwiseProgram;
import dev.recurrent.spi.RandomBits;
import dev.recurrent.spi.TensorOps;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs the primitive operations on Java arrays: elementwise ones as compiled passes. Thread-safe.
 */
final class CpuTensorOps implements TensorOps {
  private static final float[] NO_SCALARS = {};

  /** Elements below which other workers are not worth waking. */
  private static final int ALONE = 1 << 15;

  private final Workers workers;
  private final WorkspacePool<Gemm> gemms;
  private final SoftmaxRows softmaxRows;
  private final CpuPointwiseKernel affine;
  private final CpuPointwiseKernel addScaled;
  private final Map<UnaryOp, CpuPointwiseKernel> unary = new ConcurrentHashMap<>();
  private final Map<BinaryOp, CpuPointwiseKernel> binary = new ConcurrentHashMap<>();
  private final Map<BinaryOp, CpuPointwiseKernel> binaryByRow = new ConcurrentHashMap<>();

  CpuTensorOps(Workers workers, WorkspacePool<Gemm> gemms) {
    this.workers = workers;
    this.gemms = gemms;
    softmaxRows = new SoftmaxRows(workers);
    var a = new PointwiseProgram.Builder("affine");
    int scaled = a.apply(BinaryOp.TIMES, a.input(), a.scalar());
    affine = compile(a.output(a.apply(BinaryOp.PLUS, scaled, a.scalar())));
    var s = new PointwiseProgram.Builder("addScaled");
    int product = s.apply(BinaryOp.TIMES, s.input(), s.scalar());
    addScaled = compile(s.output(s.apply(BinaryOp.PLUS, s.input(), product)));
  }

  private CpuPointwiseKernel compile(PointwiseProgram.Builder builder) {
    return new CpuPointwiseKernel(builder.build(), workers);
  }

  private CpuPointwiseKernel compile(UnaryOp op) {
    var builder = new PointwiseProgram.Builder(op.name());
    return compile(builder.output(builder.apply(op, builder.input())));
  }

  private CpuPointwiseKernel compile(BinaryOp op, Shape second) {
    var builder = new PointwiseProgram.Builder(op.name());
    builder.output(builder.apply(op, builder.input(), builder.input()));
    return new CpuPointwiseKernel(builder.build(), List.of(Shape.FULL, second), workers);
  }

  @Override
  public void multiply(Matrix a, Matrix b, Matrix c, float beta) {
    if (c.rows() == 0 || c.columns() == 0) {
      return;
    }
    if (beta != 0 && beta != 1) {
      affine(c, beta, 0, c);
    }
    if (a.productColumns() == 0) {
      if (beta == 0) {
        fill(c, 0);
      }
    } else {
      try (var gemm = gemms.take()) {
        if (beta == 0) {
          gemm.workspace().overwrite(view(c), product(a), product(b));
        } else {
          gemm.workspace().accumulate(view(c), product(a), product(b));
        }
      }
    }
  }

  @Override
  public void unary(UnaryOp op, Matrix a, Matrix out) {
    var known = unary.get(op); // waits for no other thread
    var kernel = known != null ? known : unary.computeIfAbsent(op, this::compile);
    run(kernel, List.of(a), NO_SCALARS, out);
  }

  @Override
  public void binary(BinaryOp op, Matrix a, Matrix b, Matrix out) {
    boolean byRow = b.columns() == 1 && out.columns() != 1;
    var kernels = byRow ? binaryByRow : binary;
    var known = kernels.get(op);
    var kernel =
        known != null
            ? known
            : kernels.computeIfAbsent(op, key -> compile(key, byRow ? Shape.ROW : Shape.FULL));
    run(kernel, List.of(a, b), NO_SCALARS, out);
  }

  @Override
  public void affine(Matrix a, float scale, float shift, Matrix out) {
    run(affine, List.of(a), new float[] {scale, shift}, out);
  }

  @Override
  public void addScaled(float alpha, Matrix x, Matrix y) {
    run(addScaled, List.of(x, y), new float[] {alpha}, y);
  }

  private static void run(
      CpuPointwiseKernel kernel, List<Matrix> inputs, float[] scalars, Matrix out) {
    if (out.rows() > 0 && out.columns() > 0) {
      kernel.run(inputs, scalars, List.of(out));
    }
  }

  @Override
  public void copy(Matrix a, Matrix out) {
    boolean floats = a.storage().type() == DataType.FLOAT32;
    var source = CpuStorage.of(a.storage());
    var target = CpuStorage.of(out.storage());
    for (int r = 0; r < a.rows(); r++) {
      int from = a.offset() + r * a.stride();
      int to = out.offset() + r * out.stride();
      if (floats) {
        System.arraycopy(source.floats(), from, target.floats(), to, a.columns());
      } else {
        System.arraycopy(source.ints(), from, target.ints(), to, a.columns());
      }
    }
  }

  @Override
  public void fill(Matrix out, float value) {
    var target = CpuStorage.floats(out);
    long size = (long) out.rows() * out.columns();
    if (size >= ALONE && (out.rows() == 1 || out.stride() == out.columns())) {
      int count = workers.count();
      workers.share(
          worker -> {
            int from = out.offset() + (int) (size * worker / count);
            Arrays.fill(target, from, out.offset() + (int) (size * (worker + 1) / count), value);
          });
      return;
    }
    for (int r = 0; r < out.rows(); r++) {
      int to = out.offset() + r * out.stride();
      Arrays.fill(target, to, to + out.columns(), value);
    }
  }

  @Override
  public void sumRows(Matrix a, Matrix out, float beta) {
    var target = CpuStorage.floats(out);
    if (beta == 0) {
      fill(out, 0);
    } else if (beta != 1) {
      affine(out, beta, 0, out);
    }
    int vectors = Lanes.vectors(a.columns());
    int count = (long) a.rows() * a.columns() < ALONE ? 1 : workers.count();
    var source = view(a);
    share(
        count,
        worker -> {
          int from = (int) ((long) vectors * worker / count) * Lanes.COUNT;
          int to = (int) ((long) vectors * (worker + 1) / count) * Lanes.COUNT;
          ColumnSums.add(source, from, Math.min(to, a.columns()), target, out.offset());
        });
  }

  private void share(int count, Workers.Task task) {
    if (count == 1) {
      task.run(0);
    } else {
      workers.share(task);
    }
  }

  @Override
  public void sumColumns(Matrix a, Matrix out) {
    var lanes = new float[Lanes.COUNT];
    var source = CpuStorage.floats(a);
    var target = CpuStorage.floats(out);
    for (int r = 0; r < a.rows(); r++) {
      int from = a.offset() + r * a.stride();
      target[out.offset() + r * out.stride()] = Reductions.sum(source, from, a.columns(), lanes);
    }
  }

  @Override
  public void addSumOfSquares(Matrix a, Matrix out) {
    var source = CpuStorage.floats(a);
    double sum = 0;
    for (int r = 0; r < a.rows(); r++) {
      sum += Reductions.sumOfSquares(source, a.offset() + r * a.stride(), a.columns());
    }
    CpuStorage.floats(out)[out.offset()] += (float) sum;
  }

  @Override
  public void gatherRows(Matrix table, Matrix rows, Matrix out) {
    var source = CpuStorage.floats(table);
    var target = CpuStorage.floats(out);
    var indices = CpuStorage.ints(rows);
    for (int r = 0; r < out.rows(); r++) {
      int index = indices[rows.offset() + r * rows.stride()];
      int to = out.offset() + r * out.stride();
      if (index < 0) {
        Arrays.fill(target, to, to + out.columns(), 0);
      } else {
        int from = table.offset() + index * table.stride();
        System.arraycopy(source, from, target, to, out.columns());
      }
    }
  }

  @Override
  public void scatterAddRows(Matrix a, Matrix rows, Matrix table) {
    var source = CpuStorage.floats(a);
    var target = CpuStorage.floats(table);
    var indices = CpuStorage.ints(rows);
    for (int r = 0; r < a.rows(); r++) {
      int index = indices[rows.offset() + r * rows.stride()];
      if (index >= 0) {
        int from = a.offset() + r * a.stride();
        Reductions.add(source, from, target, table.offset() + index * table.stride(), a.columns());
      }
    }
  }

  @Override
  public void softmaxCrossEntropy(CrossEntropyCall call) {
    softmaxRows.crossEntropy(call);
  }

  @Override
  public void softmax(Matrix a, Matrix out) {
    softmaxRows.softmax(a, out);
  }

  @Override
  public void keepMask(long seed, float keep, float value, Matrix out) {
    for (int r = 0; r < out.rows(); r++) {
      keepRow(RandomBits.rowKey(seed, r), keep, value, out, r);
    }
  }

  @Override
  public void keepMask(MaskDraw draw, Matrix rows, Matrix out) {
    var indices = CpuStorage.ints(rows);
    for (int r = 0; r < out.rows(); r++) {
      int key = RandomBits.rowKey(draw.seed(), indices[rows.offset() + r * rows.stride()]);
      keepRow(key, draw.keep(), draw.value(), out, r);
    }
  }

  private static void keepRow(int key, float keep, float value, Matrix out, int row) {
    var target = CpuStorage.floats(out);
    int to = out.offset() + row * out.stride();
    for (int c = 0; c < out.columns(); c++) {
      target[to + c] = RandomBits.keeps(key, c, keep) ? value : 0;
    }
  }

  private static MatrixView view(Matrix m) {
    return new MatrixView(CpuStorage.floats(m), m.offset(), m.rows(), m.columns(), m.stride(), 1);
  }

  private static MatrixView product(Matrix m) {
    return m.order() == Matrix.Order.NORMAL ? view(m) : view(m).transposed();
  }
}
