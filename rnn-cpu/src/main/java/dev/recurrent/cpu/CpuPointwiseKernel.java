package dev.recurrent.cpu;

import dev.recurrent.cpu.PassCode.Shape;
import dev.recurrent.cpu.PassCode.Step;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.PointwiseKernel;
import dev.recurrent.spi.PointwiseProgram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Runs an elementwise program as one compiled pass. Numbers given at a call are operands with one
 * number a row; the last columns that fill no vector go through a padded tile. Thread-safe: each
 * call has working memory of its own.
 */
final class CpuPointwiseKernel implements PointwiseKernel {
  /** Elements below which other workers are not worth waking. */
  private static final int ALONE = 1 << 15;

  private final Workers workers;
  private final Pass pass;
  private final int operations; // for each vector
  private final List<Shape> shapes; // of the inputs
  private final int inputs;
  private final int scalars;
  private final int outputs;
  private final WorkspacePool<Call> calls = new WorkspacePool<>(Call::new);

  CpuPointwiseKernel(PointwiseProgram program, Workers workers) {
    this(program, Collections.nCopies(program.inputs(), Shape.FULL), workers);
  }

  /**
   * Compiles a program some of whose inputs have one number a row.
   *
   * @param shapes of the inputs; an input with a single row is repeated for every row
   */
  CpuPointwiseKernel(PointwiseProgram program, List<Shape> shapes, Workers workers) {
    this.workers = workers;
    this.shapes = List.copyOf(shapes);
    inputs = program.inputs();
    scalars = program.scalars();
    outputs = program.outputs().size();
    var code = translate(program, shapes);
    pass = PassLibrary.of(program.name(), code);
    operations = code.operations();
  }

  private static PassCode translate(PointwiseProgram program, List<Shape> shapes) {
    var code = new PassCode();
    int operands = program.inputs() + program.scalars() + program.outputs().size();
    for (int k = 0; k < operands; k++) {
      code.operand();
    }
    var steps = new ArrayList<Integer>();
    for (var step : program.code()) {
      steps.add(
          code.add(
              switch (step) {
                case PointwiseProgram.Step.Input input ->
                    new Step.Load(input.index(), shapes.get(input.index()));
                case PointwiseProgram.Step.Scalar scalar ->
                    new Step.Load(program.inputs() + scalar.index(), Shape.ROW);
                case PointwiseProgram.Step.Constant constant ->
                    new Step.Constant((float) constant.value());
                case PointwiseProgram.Step.Unary unary -> {
                  int a = steps.get(unary.a());
                  yield new Step.Unary(unary.op(), a, code.shape(a));
                }
                case PointwiseProgram.Step.Binary binary -> {
                  int a = steps.get(binary.a());
                  int b = steps.get(binary.b());
                  boolean full = code.shape(a) == Shape.FULL || code.shape(b) == Shape.FULL;
                  yield new Step.Binary(binary.op(), a, b, full ? Shape.FULL : Shape.ROW);
                }
              }));
    }
    int first = program.inputs() + program.scalars();
    for (int k = 0; k < program.outputs().size(); k++) {
      code.add(new Step.Store(first + k, steps.get(program.outputs().get(k))));
    }
    return code;
  }

  @Override
  public void run(List<Matrix> newInputs, float[] newScalars, List<Matrix> newOutputs) {
    workers.requireOpen();
    var shape = newOutputs.getFirst();
    pass.prepare((long) shape.rows() * Lanes.vectors(shape.columns()) * operations);
    try (var call = calls.take()) {
      call.workspace().run(newInputs, newScalars, newOutputs);
    }
  }

  private boolean isFull(int k) {
    return k >= inputs || shapes.get(k) == Shape.FULL;
  }

  private static int rowStride(Matrix matrix) {
    return matrix.rows() == 1 ? 0 : matrix.stride();
  }

  @Override
  public void close() {}

  /** The working memory of one call, and what it was given. */
  private final class Call {
    private final float[][][] arrays; // by worker
    private final int[][] offsets; // by worker
    private final int[][] strides; // by worker
    private final float[][][] tails; // by worker and operand: a tile for the last columns
    private final float[] scalarValues = new float[scalars];
    private final Workers.Task task = this::share;
    private List<Matrix> inputMatrices = List.of();
    private List<Matrix> outputMatrices = List.of();

    Call() {
      int operands = inputs + scalars + outputs;
      arrays = new float[workers.count()][operands][];
      offsets = new int[workers.count()][operands];
      strides = new int[workers.count()][operands];
      tails = new float[workers.count()][operands][Lanes.COUNT];
    }

    void run(List<Matrix> newInputs, float[] newScalars, List<Matrix> newOutputs) {
      inputMatrices = newInputs;
      outputMatrices = newOutputs;
      System.arraycopy(newScalars, 0, scalarValues, 0, scalars);
      var shape = newOutputs.getFirst();
      if ((long) shape.rows() * shape.columns() < ALONE || workers.count() == 1) {
        range(0, 0, shape.rows(), 0, shape.columns());
      } else {
        workers.share(task);
      }
      inputMatrices = List.of(); // keeps no caller's matrices alive
      outputMatrices = List.of();
      for (var ofWorker : arrays) {
        Arrays.fill(ofWorker, null);
      }
    }

    /** Shares out rows, or the columns of a single row. */
    private void share(int worker) {
      var shape = outputMatrices.getFirst();
      int count = workers.count();
      if (shape.rows() >= count) {
        int from = (int) ((long) shape.rows() * worker / count);
        int to = (int) ((long) shape.rows() * (worker + 1) / count);
        range(worker, from, to, 0, shape.columns());
        return;
      }
      int vectors = Lanes.vectors(shape.columns());
      int from = (int) ((long) vectors * worker / count) * Lanes.COUNT;
      int to =
          Math.min(shape.columns(), (int) ((long) vectors * (worker + 1) / count) * Lanes.COUNT);
      range(worker, 0, shape.rows(), from, to);
    }

    private void range(int worker, int fromRow, int toRow, int from, int to) {
      int whole = from + (to - from) / Lanes.COUNT * Lanes.COUNT;
      for (int k = 0; k < inputs + scalars + outputs; k++) {
        if (k >= inputs && k < inputs + scalars) {
          bind(worker, k, scalarValues, k - inputs, 0);
        } else {
          var matrix = matrix(k);
          int stride = rowStride(matrix);
          int offset = matrix.offset() + fromRow * stride + (isFull(k) ? from : 0);
          bind(worker, k, CpuStorage.floats(matrix), offset, stride);
        }
      }
      pass.run(arrays[worker], offsets[worker], strides[worker], toRow - fromRow, whole - from);
      if (whole < to) {
        for (int row = fromRow; row < toRow; row++) {
          tail(worker, row, whole, to - whole);
        }
      }
    }

    /** Runs the last columns of one row in padded tiles of this worker's own. */
    private void tail(int worker, int row, int column, int count) {
      int operands = inputs + scalars + outputs;
      for (int k = 0; k < operands; k++) {
        if (k < inputs && !isFull(k)) {
          var matrix = matrix(k);
          int at = matrix.offset() + row * rowStride(matrix);
          bind(worker, k, CpuStorage.floats(matrix), at, 0);
        } else if (k < inputs) {
          var matrix = matrix(k);
          int from = matrix.offset() + row * rowStride(matrix) + column;
          System.arraycopy(CpuStorage.floats(matrix), from, tails[worker][k], 0, count);
          bind(worker, k, tails[worker][k], 0, 0);
        } else if (k >= inputs + scalars) {
          bind(worker, k, tails[worker][k], 0, 0);
        }
      }
      pass.run(arrays[worker], offsets[worker], strides[worker], 1, Lanes.COUNT);
      for (int k = inputs + scalars; k < operands; k++) {
        var matrix = matrix(k);
        int to = matrix.offset() + row * matrix.stride() + column;
        System.arraycopy(arrays[worker][k], 0, CpuStorage.floats(matrix), to, count);
      }
    }

    private Matrix matrix(int k) {
      return k < inputs ? inputMatrices.get(k) : outputMatrices.get(k - inputs - scalars);
    }

    private void bind(int worker, int k, float[] array, int offset, int stride) {
      arrays[worker][k] = array;
      offsets[worker][k] = offset;
      strides[worker][k] = stride;
    }
  }
}
