package dev.recurrent.examples.bench;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.ParameterSpec;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel;
import dev.recurrent.spi.RecurrentKernel.BackwardCall;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.RecurrentKernel.ForwardCall;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.RecurrentKernel.Trace;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.spi.Storage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Does the work that benchmarks of recurrent layers time: forward without gradients, or forward and
 * backward of sum(y) with the gradients of all parameters. Inputs lie on the device already;
 * parameters count as changed before each training call, as they are in training.
 */
public final class RecurrentWork implements AutoCloseable {
  private final Backend backend;
  private final Shape shape;
  private final SequenceLayout layout;
  private final List<Level> levels = new ArrayList<>();
  private final List<Storage> storages = new ArrayList<>();
  private final SplittableRandom random = new SplittableRandom(1);
  private long version; // of the parameters

  /** Says how large the work is. */
  public record Shape(int input, int hidden, int layers, int batch, int steps) {}

  /** Is one layer with its buffers. */
  private record Level(
      CellProgram program,
      RecurrentKernel kernel,
      ForwardCall inference,
      ForwardCall training,
      Matrix dOutput,
      @Nullable Matrix dInput,
      List<Matrix> dParameters) {}

  /** Allocates everything, with random values. */
  public RecurrentWork(Backend backend, CellDefinition cell, Shape shape) {
    this.backend = backend;
    this.shape = shape;
    layout = SequenceLayout.uniform(shape.steps, shape.batch);
    var x = matrix(layout.totalRows(), shape.input);
    write(x, normal(x.rows() * x.columns()));
    Matrix below = null;
    for (int l = 0; l < shape.layers; l++) {
      var level = level(cell.program(CellSizes.of(x.columns(), shape.hidden)), x, below);
      levels.add(level);
      x = level.inference.output();
      below = level.dOutput;
    }
  }

  private Level level(CellProgram program, Matrix x, @Nullable Matrix dx) {
    var parameters = new ArrayList<Matrix>();
    var dParameters = new ArrayList<Matrix>();
    for (var spec : program.parameters()) {
      var parameter = matrix(spec.rows(), spec.columns());
      write(parameter, initialValues(spec));
      parameters.add(parameter);
      dParameters.add(matrix(spec.rows(), spec.columns()));
    }
    var finals = program.states().stream().map(state -> matrix(shape.batch, state.size())).toList();
    var y = matrix(layout.totalRows(), program.outputSize());
    return new Level(
        program,
        backend.compile(program),
        call(Mode.INFERENCE, x, parameters, y, finals),
        call(Mode.TRAINING, x, parameters, y, finals),
        matrix(y.rows(), y.columns()),
        dx,
        dParameters);
  }

  private ForwardCall call(
      Mode mode, Matrix x, List<Matrix> parameters, Matrix y, List<Matrix> finals) {
    return new ForwardCall(
        layout, Direction.FORWARD, mode, 1, x, List.of(), parameters, 0, y, finals);
  }

  /** Computes y, and waits for it. */
  public void forward() {
    for (var level : levels) {
      level.kernel.forward(level.inference).close();
    }
    backend.synchronize();
  }

  /** Computes y and the gradients of sum(y) by all parameters, and waits for them. */
  public void train() {
    var traces = new ArrayDeque<Trace>();
    try {
      version++;
      for (var level : levels) {
        traces.push(level.kernel.forward(level.training.withVersion(version)));
      }
      backend.ops().fill(levels.getLast().dOutput, 1);
      for (var level : levels.reversed()) {
        level.dParameters.forEach(d -> backend.ops().fill(d, 0));
        var call =
            new BackwardCall(
                level.training.withVersion(version),
                level.dOutput,
                List.of(),
                level.dInput,
                List.of(),
                level.dParameters);
        level.kernel.backward(traces.element(), call);
        traces.pop().close();
      }
    } finally {
      traces.forEach(Trace::close);
    }
    backend.synchronize();
  }

  /** Returns the floating-point operations of the matrix products of one forward pass. */
  public long productFlops() {
    long perRow = levels.stream().mapToLong(level -> level.program.productFlops()).sum();
    return Math.multiplyExact(perRow, (long) layout.totalRows());
  }

  /** Tells whether the last results are all finite. */
  public boolean isFinite() {
    return levels.stream()
        .allMatch(
            level ->
                isFinite(level.inference.output())
                    && level.dParameters.stream().allMatch(this::isFinite));
  }

  private boolean isFinite(Matrix matrix) {
    var values = new float[matrix.rows() * matrix.columns()];
    backend.memory().read(matrix.storage(), 0, values, 0, values.length);
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  private float[] initialValues(ParameterSpec spec) {
    var values = new float[spec.size()];
    for (var slice : spec.slices()) {
      slice
          .initializer()
          .fill(values, slice.offset() * spec.columns(), slice.rows(), spec.columns(), random);
    }
    return values;
  }

  private float[] normal(int count) {
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private Matrix matrix(int rows, int columns) {
    var storage = backend.memory().allocate(DataType.FLOAT32, Math.multiplyExact(rows, columns));
    storages.add(storage);
    return Matrix.of(storage, rows, columns);
  }

  private void write(Matrix matrix, float[] values) {
    backend.memory().write(matrix.storage(), 0, values, 0, values.length);
  }

  @Override
  public void close() {
    levels.forEach(level -> level.kernel.close());
    storages.forEach(Storage::close);
  }
}
