package dev.recurrent.contract;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.StateSpec;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel;
import dev.recurrent.spi.RecurrentKernel.BackwardCall;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.RecurrentKernel.ForwardCall;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.SequenceLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * A cell with everything that it is to be run on, in the memory of one backend. The same setup
 * gives the same numbers on every backend: all of them are floats, all differ, states start with
 * other values than 0, and so do the sums that gradients are added to.
 */
public final class CellProblem implements AutoCloseable {
  /** What is to be run, and how. */
  public record Setup(
      CellProgram program,
      SequenceLayout layout,
      Direction direction,
      Mode mode,
      Given given,
      long seed) {
    /** Returns the usual setup: everything given, forward, without random masks. */
    public static Setup of(CellProgram program, SequenceLayout layout, long seed) {
      return new Setup(program, layout, Direction.FORWARD, Mode.EVALUATION, Given.ALL, seed);
    }

    /** Returns the same for another direction. */
    public Setup with(Direction other) {
      return new Setup(program, layout, other, mode, given, seed);
    }

    /** Returns the same in another mode. */
    public Setup with(Mode other) {
      return new Setup(program, layout, direction, other, given, seed);
    }

    /** Returns the same with all or none of the optional arguments. */
    public Setup with(Given other) {
      return new Setup(program, layout, direction, mode, other, seed);
    }
  }

  /**
   * Says whether initial states, gradients of final states, dInput and dInitialStates are given.
   */
  public enum Given {
    /** All are. */
    ALL,
    /** None is: empty lists, and null. */
    NONE
  }

  private final Backend backend;
  private final SplittableRandom random;
  private final List<Matrix> matrices = new ArrayList<>();
  private final ForwardCall forwardCall;
  private final BackwardCall backwardCall;

  /** Allocates and fills the matrices. */
  public CellProblem(Backend backend, Setup setup) {
    this.backend = backend;
    this.random = new SplittableRandom(setup.seed());
    var program = setup.program();
    int rows = setup.layout().totalRows();
    int batch = setup.layout().batch();
    boolean all = setup.given() == Given.ALL;
    var initial = states(program, batch, 1);
    var parameters = new ArrayList<Matrix>();
    var dParameters = new ArrayList<Matrix>();
    for (var spec : program.parameters()) {
      // Sums of many products stay about as large as one, so that gates do not saturate.
      parameters.add(matrix(spec.rows(), spec.columns(), 1.5 / Math.sqrt(spec.columns())));
      dParameters.add(matrix(spec.rows(), spec.columns(), 1));
    }
    this.forwardCall =
        new ForwardCall(
            setup.layout(),
            setup.direction(),
            setup.mode(),
            setup.seed(),
            matrix(rows, program.sizes().input(), 1),
            all ? initial : List.of(),
            parameters,
            matrix(rows, program.outputSize(), 1),
            states(program, batch, 1));
    var dOutput = matrix(rows, program.outputSize(), 1);
    var dFinal = states(program, batch, 1);
    var dInput = matrix(rows, program.sizes().input(), 1);
    var dInitial = states(program, batch, 1);
    this.backwardCall =
        new BackwardCall(
            forwardCall,
            dOutput,
            all ? dFinal : List.of(),
            all ? dInput : null,
            all ? dInitial : List.of(),
            dParameters);
  }

  private List<Matrix> states(CellProgram program, int batch, double limit) {
    return program.states().stream()
        .map(StateSpec::size)
        .map(size -> matrix(batch, size, limit))
        .toList();
  }

  private Matrix matrix(int rows, int columns, double limit) {
    var values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((2 * random.nextDouble() - 1) * limit);
    }
    var storage = backend.memory().allocate(DataType.FLOAT32, values.length);
    backend.memory().write(storage, 0, values, 0, values.length);
    var matrix = Matrix.of(storage, rows, columns);
    matrices.add(matrix);
    return matrix;
  }

  /** Returns the forward call. */
  public ForwardCall forwardCall() {
    return forwardCall;
  }

  /** Returns the backward call. */
  public BackwardCall backwardCall() {
    return backwardCall;
  }

  /** Returns every matrix of both calls. */
  public List<Matrix> matrices() {
    return matrices;
  }

  /** Runs forward, and backward where the mode allows it. */
  public void run(RecurrentKernel kernel) {
    try (var trace = kernel.forward(forwardCall)) {
      if (forwardCall.mode() != Mode.INFERENCE) {
        kernel.backward(trace, backwardCall);
      }
    }
  }

  /** Hands each result to the consumer: name and elements. */
  public void results(Consumer<Result> consumer) {
    add(consumer, "output", forwardCall.output());
    addAll(consumer, "final state ", forwardCall.finalStates());
    if (forwardCall.mode() == Mode.INFERENCE) {
      return;
    }
    if (backwardCall.dInput() != null) {
      add(consumer, "dInput", backwardCall.dInput());
    }
    addAll(consumer, "dInitialState ", backwardCall.dInitialStates());
    addAll(consumer, "dParameter ", backwardCall.dParameters());
  }

  /** Returns all results. */
  public List<Result> results() {
    var list = new ArrayList<Result>();
    results(list::add);
    return list;
  }

  /** Elements of one result. */
  public record Result(String name, Matrix matrix, List<Float> elements) {}

  private void addAll(Consumer<Result> consumer, String name, List<Matrix> all) {
    for (int i = 0; i < all.size(); i++) {
      add(consumer, name + i, all.get(i));
    }
  }

  private void add(Consumer<Result> consumer, String name, Matrix matrix) {
    var elements = new ArrayList<Float>();
    for (float element : read(matrix)) {
      elements.add(element);
    }
    consumer.accept(new Result(name, matrix, elements));
  }

  /** Reads a dense matrix. */
  public float[] read(Matrix matrix) {
    var values = new float[matrix.rows() * matrix.columns()];
    backend.memory().read(matrix.storage(), matrix.offset(), values, 0, values.length);
    return values;
  }

  /** Overwrites a dense matrix. */
  public void write(Matrix matrix, float[] values) {
    backend.memory().write(matrix.storage(), matrix.offset(), values, 0, values.length);
  }

  @Override
  public void close() {
    matrices.forEach(matrix -> matrix.storage().close());
  }
}
