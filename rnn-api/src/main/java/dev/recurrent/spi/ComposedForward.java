package dev.recurrent.spi;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.Derivative;
import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.ParameterSpec.Kind;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.RecurrentKernel.ForwardCall;
import dev.recurrent.spi.RecurrentKernel.Mode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The forward pass of a {@link ComposedRecurrentKernel}. */
final class ComposedForward implements AutoCloseable {
  private final Backend backend;
  private final TensorOps ops;
  private final CellProgram program;
  private final StoragePool pool;
  private final StepProgram step;

  /** The instructions whose values the backward pass needs. */
  private final TreeSet<Integer> keptValues = new TreeSet<>();

  /** The states that the backward pass needs as they are after each step. */
  private final TreeSet<Integer> keptStates = new TreeSet<>();

  private final boolean hasMasks;

  ComposedForward(Backend backend, Derivative derivative, StoragePool pool) {
    this.backend = backend;
    this.ops = backend.ops();
    this.program = derivative.cell();
    this.pool = pool;
    this.step = new StepProgram(backend, program.code(), program.parameters());
    this.hasMasks = program.code().stream().anyMatch(Instruction.Mask.class::isInstance);
    keptValues.addAll(derivative.saved());
    for (var parameter : program.parameters()) {
      if (parameter.kind() == Kind.INNER_WEIGHT) {
        keptValues.add(parameter.operand());
      }
    }
    for (var instruction : derivative.code()) {
      if (instruction instanceof Instruction.NextState after) {
        keptStates.add(after.state());
      }
    }
  }

  ComposedTrace run(ForwardCall call) {
    var layout = call.layout();
    var trace = new ComposedTrace(pool);
    try (var scratch = pool.loan();
        var sequences = sequences(call)) {
      initialise(call);
      step.reserve(layout.batch());
      var pass = new Pass(call, trace, scratch, sequences);
      boolean forward = call.direction() == Direction.FORWARD;
      for (int k = 0; k < layout.steps(); k++) {
        pass.run(forward ? k : layout.steps() - 1 - k);
      }
    } catch (RuntimeException | Error e) {
      trace.close();
      throw e;
    }
    return trace;
  }

  /** The final states hold the running ones; rows that are not running keep what they have. */
  private void initialise(ForwardCall call) {
    for (int s = 0; s < call.finalStates().size(); s++) {
      if (call.initialStates().isEmpty()) {
        ops.fill(call.finalStates().get(s), 0);
      } else {
        ops.copy(call.initialStates().get(s), call.finalStates().get(s));
      }
    }
  }

  /** Returns the caller's index of each sequence, INT32 {@code [B]}, if a mask is to be drawn. */
  private @Nullable Storage sequences(ForwardCall call) {
    if (!hasMasks || call.mode() != Mode.TRAINING) {
      return null;
    }
    var layout = call.layout();
    var indices = IntStream.range(0, layout.batch()).map(layout::originalIndex).toArray();
    var storage = backend.memory().allocate(DataType.INT32, indices.length);
    backend.memory().write(storage, 0, indices, 0, indices.length);
    return storage;
  }

  @Override
  public void close() {
    step.close();
  }

  /** One call, step after step. */
  private final class Pass implements StepProgram.Step {
    private final ForwardCall call;
    private final ComposedTrace trace;
    private final @Nullable Storage sequences;
    private final boolean keeps;
    private final Map<Integer, Matrix> inputProducts = new HashMap<>();
    private final List<Matrix> statesBefore = new ArrayList<>();
    private int t;
    private int rows;
    private int start;

    Pass(
        ForwardCall call,
        ComposedTrace trace,
        StoragePool.Loan scratch,
        @Nullable Storage sequences) {
      this.call = call;
      this.trace = trace;
      this.sequences = sequences;
      this.keeps = call.mode() != Mode.INFERENCE;
      int all = call.layout().totalRows();
      for (int p = 0; p < program.parameters().size(); p++) {
        var spec = program.parameters().get(p);
        if (spec.kind() == Kind.INPUT_WEIGHT) {
          var product = scratch.take(all, spec.rows());
          ops.multiply(call.input(), call.parameters().get(p).transposed(), product, 0);
          inputProducts.put(p, product);
        }
      }
      for (int s = 0; s < program.states().size(); s++) {
        int size = program.states().get(s).size();
        statesBefore.add(keeps ? trace.take(all, size) : scratch.take(call.layout().batch(), size));
        if (keeps) {
          trace.statesBefore.put(s, statesBefore.get(s));
        }
        if (keeps && keptStates.contains(s)) {
          trace.statesAfter.put(s, trace.take(all, size));
        }
      }
      if (keeps) {
        for (int value : keptValues) {
          int columns = Math.max(1, program.code().get(value).width());
          trace.values.put(value, trace.take(all, columns));
        }
      }
    }

    void run(int time) {
      t = time;
      rows = call.layout().batchSize(t);
      start = call.layout().rowStart(t);
      for (int s = 0; s < program.states().size(); s++) {
        ops.copy(call.finalStates().get(s).rows(0, rows), before(s));
      }
      step.run(rows, call.parameters(), this);
      for (int s = 0; s < program.states().size(); s++) {
        int next = program.next().get(s);
        step.copyValue(next, call.finalStates().get(s).rows(0, rows));
        var history = trace.statesAfter.get(s);
        if (history != null) {
          step.copyValue(next, history.rows(start, rows));
        }
        if (s == program.output()) {
          step.copyValue(next, call.output().rows(start, rows));
        }
      }
    }

    private Matrix before(int state) {
      return statesBefore.get(state).rows(keeps ? start : 0, rows);
    }

    @Override
    public Matrix read(Instruction source) {
      return switch (source) {
        case Instruction.Input _ -> call.input().rows(start, rows);
        case Instruction.State state -> before(state.state());
        default -> throw new IllegalStateException("not in a cell: " + source);
      };
    }

    @Override
    public void draw(Instruction.Mask mask, Matrix out) {
      if (sequences == null) {
        ops.fill(out, (float) mask.keep());
      } else {
        long seed = Masks.seed(call.seed(), mask, t);
        var draw = new TensorOps.MaskDraw(seed, (float) mask.keep(), 1);
        ops.keepMask(draw, Matrix.of(sequences, rows, 1), out);
      }
    }

    @Override
    public Matrix inputProduct(int parameter) {
      return Objects.requireNonNull(inputProducts.get(parameter)).rows(start, rows);
    }

    @Override
    public Matrix productGradients(int parameter) {
      throw new IllegalStateException("a cell has no gradients");
    }

    @Override
    public @Nullable Matrix destination(int id) {
      var history = trace.values.get(id);
      return history == null ? null : history.rows(start, rows);
    }
  }
}
