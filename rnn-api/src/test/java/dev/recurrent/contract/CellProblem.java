package dev.recurrent.contract;

import dev.recurrent.cell.CellProgram;
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
      Lie lie,
      long seed) {
    /** Returns the usual setup: everything given, forward, without random masks, no gaps. */
    public static Setup of(CellProgram program, SequenceLayout layout, long seed) {
      return new Setup(
          program, layout, Direction.FORWARD, Mode.EVALUATION, Given.ALL, Lie.DENSE, seed);
    }

    /** Returns the same for another direction. */
    public Setup with(Direction other) {
      return new Setup(program, layout, other, mode, given, lie, seed);
    }

    /** Returns the same in another mode. */
    public Setup with(Mode other) {
      return new Setup(program, layout, direction, other, given, lie, seed);
    }

    /** Returns the same with all or none of the optional arguments. */
    public Setup with(Given other) {
      return new Setup(program, layout, direction, mode, other, lie, seed);
    }

    /** Returns the same with matrices that lie otherwise in their storage. */
    public Setup with(Lie other) {
      return new Setup(program, layout, direction, mode, given, other, seed);
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

  /** Says how matrices lie in their storage. */
  public enum Lie {
    /** From element 0 on, without gaps. */
    DENSE,
    /**
     * Behind something else; inputs, outputs and states with gaps between the rows, as halves of a
     * wider matrix have them. What lies around them must stay as it is.
     */
    VIEW
  }

  /** One result; {@code elements} is its whole storage. */
  public static final class Result {
    private final String name;
    private final float[] elements;

    private Result(String name, float[] elements) {
      this.name = name;
      this.elements = elements;
    }

    /** Returns what it is, such as {@code dParameter 1}. */
    public String name() {
      return name;
    }

    /** Returns the whole storage, what lies around the matrix too. */
    public float[] elements() {
      return elements;
    }
  }

  private final Backend backend;
  private final Setup setup;
  private final SplittableRandom random;
  private final List<Matrix> matrices = new ArrayList<>();
  private ForwardCall forwardCall;
  private BackwardCall backwardCall;

  /** Allocates and fills the matrices. */
  public CellProblem(Backend backend, Setup setup) {
    this.backend = backend;
    this.setup = setup;
    this.random = new SplittableRandom(setup.seed());
    var program = setup.program();
    int rows = setup.layout().totalRows();
    int batch = setup.layout().batch();
    boolean all = setup.given() == Given.ALL;
    int inputs = program.sizes().input();
    var initial = states(program, batch);
    var parameters = new ArrayList<Matrix>();
    var dParameters = new ArrayList<Matrix>();
    for (var spec : program.parameters()) {
      // Sums of many products stay about as large as one, so that gates do not saturate.
      double limit = 1.5 / Math.sqrt(spec.columns());
      parameters.add(matrix(spec.rows(), spec.columns(), limit, spec.columns()));
      dParameters.add(matrix(spec.rows(), spec.columns(), 1, spec.columns()));
    }
    this.forwardCall =
        new ForwardCall(
            setup.layout(),
            setup.direction(),
            setup.mode(),
            setup.seed(),
            rows(rows, inputs, 1),
            all ? initial : List.of(),
            parameters,
            1,
            rows(rows, program.outputSize(), 1),
            states(program, batch));
    var dOutput = rows(rows, program.outputSize(), 1);
    var dFinal = states(program, batch);
    var dInput = rows(rows, inputs, 1);
    var dInitial = states(program, batch);
    this.backwardCall =
        new BackwardCall(
            forwardCall,
            dOutput,
            all ? dFinal : List.of(),
            all ? dInput : null,
            all ? dInitial : List.of(),
            dParameters);
  }

  private List<Matrix> states(CellProgram program, int batch) {
    return program.states().stream().map(state -> rows(batch, state.size(), 1)).toList();
  }

  private Matrix rows(int rows, int columns, double limit) {
    return matrix(rows, columns, limit, setup.lie() == Lie.DENSE ? columns : columns + 3);
  }

  private Matrix matrix(int rows, int columns, double limit, int stride) {
    int offset = setup.lie() == Lie.DENSE ? 0 : 5;
    var values = new float[offset + rows * stride];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((2 * random.nextDouble() - 1) * limit);
    }
    var storage = backend.memory().allocate(DataType.FLOAT32, values.length);
    backend.memory().write(storage, 0, values, 0, values.length);
    var matrix = new Matrix(storage, offset, rows, columns, stride, Matrix.Order.NORMAL);
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

  /** Says that the values of the parameters are no longer those of the calls before. */
  public void changeVersion() {
    forwardCall = forwardCall.withVersion(forwardCall.version() + 1);
    backwardCall =
        new BackwardCall(
            forwardCall,
            backwardCall.dOutput(),
            backwardCall.dFinalStates(),
            backwardCall.dInput(),
            backwardCall.dInitialStates(),
            backwardCall.dParameters());
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

  /** Reads everything that the calls write. */
  public List<Result> results() {
    var list = new ArrayList<Result>();
    list.add(result("output", forwardCall.output()));
    addAll(list, "final state ", forwardCall.finalStates());
    if (forwardCall.mode() != Mode.INFERENCE) {
      if (backwardCall.dInput() != null) {
        list.add(result("dInput", backwardCall.dInput()));
      }
      addAll(list, "dInitialState ", backwardCall.dInitialStates());
      addAll(list, "dParameter ", backwardCall.dParameters());
    }
    return list;
  }

  private void addAll(List<Result> list, String name, List<Matrix> all) {
    for (int i = 0; i < all.size(); i++) {
      list.add(result(name + i, all.get(i)));
    }
  }

  private Result result(String name, Matrix matrix) {
    var values = new float[matrix.storage().size()];
    backend.memory().read(matrix.storage(), 0, values, 0, values.length);
    return new Result(name, values);
  }

  /** Reads one row of a matrix. */
  public float[] row(Matrix matrix, int row) {
    var values = new float[matrix.columns()];
    int start = matrix.offset() + row * matrix.stride();
    backend.memory().read(matrix.storage(), start, values, 0, values.length);
    return values;
  }

  /** Overwrites one row of a matrix. */
  public void setRow(Matrix matrix, int row, float[] values) {
    int start = matrix.offset() + row * matrix.stride();
    backend.memory().write(matrix.storage(), start, values, 0, values.length);
  }

  @Override
  public void close() {
    matrices.forEach(matrix -> matrix.storage().close());
  }
}
