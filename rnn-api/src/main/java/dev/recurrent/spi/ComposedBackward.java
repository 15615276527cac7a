package dev.recurrent.spi;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.Derivative;
import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.ParameterSpec;
import dev.recurrent.cell.ParameterSpec.Kind;
import dev.recurrent.spi.RecurrentKernel.BackwardCall;
import dev.recurrent.spi.RecurrentKernel.Direction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The backward pass of a {@link ComposedRecurrentKernel}. */
final class ComposedBackward implements AutoCloseable {
  private final TensorOps ops;
  private final CellProgram program;
  private final Derivative derivative;
  private final StoragePool pool;
  private final StepProgram step;

  /** The weights whose products' gradients the derivative itself puts side by side. */
  private final Set<Integer> gathered = new HashSet<>();

  ComposedBackward(Backend backend, Derivative derivative, StoragePool pool) {
    this.ops = backend.ops();
    this.program = derivative.cell();
    this.derivative = derivative;
    this.pool = pool;
    this.step = new StepProgram(backend, derivative.code(), program.parameters());
    for (var instruction : derivative.code()) {
      if (instruction instanceof Instruction.LinearTransposed linear) {
        gathered.add(linear.parameter());
      }
    }
  }

  void run(ComposedTrace trace, BackwardCall call) {
    var layout = call.forward().layout();
    try (var scratch = pool.loan()) {
      step.reserve(layout.batch());
      var pass = new Pass(call, trace, scratch);
      boolean forward = call.forward().direction() == Direction.FORWARD;
      for (int k = 0; k < layout.steps(); k++) {
        pass.run(forward ? layout.steps() - 1 - k : k);
      }
      pass.finish();
    }
  }

  @Override
  public void close() {
    step.close();
  }

  /** One call, step after step. */
  private final class Pass implements StepProgram.Step {
    private final BackwardCall call;
    private final ComposedTrace trace;

    /** The gradients of the states after the step at hand, {@code [B, S]}. */
    private final List<Matrix> dNext = new ArrayList<>();

    /** The gradients of the states of each sequence where it is now, {@code [B, S]}. */
    private final List<Matrix> dStates = new ArrayList<>();

    /** The gradients of the products with each weight, {@code [N, rows]}. */
    private final Map<Integer, Matrix> dProducts = new HashMap<>();

    private int rows;
    private int start;

    Pass(BackwardCall call, ComposedTrace trace, StoragePool.Loan scratch) {
      this.call = call;
      this.trace = trace;
      var layout = call.forward().layout();
      for (int s = 0; s < program.states().size(); s++) {
        int size = program.states().get(s).size();
        dNext.add(scratch.take(layout.batch(), size));
        dStates.add(scratch.take(layout.batch(), size));
        if (call.dFinalStates().isEmpty()) {
          ops.fill(dStates.get(s), 0);
        } else {
          ops.copy(call.dFinalStates().get(s), dStates.get(s));
        }
      }
      for (int p = 0; p < program.parameters().size(); p++) {
        var spec = program.parameters().get(p);
        if (spec.isWeight()) {
          dProducts.put(p, scratch.take(layout.totalRows(), spec.rows()));
        }
      }
    }

    void run(int t) {
      rows = call.forward().layout().batchSize(t);
      start = call.forward().layout().rowStart(t);
      for (int s = 0; s < dNext.size(); s++) {
        var target = dNext.get(s).rows(0, rows);
        ops.copy(dStates.get(s).rows(0, rows), target);
        if (s == program.output()) {
          ops.binary(BinaryOp.PLUS, target, call.dOutput().rows(start, rows), target);
        }
      }
      step.run(rows, call.forward().parameters(), this);
      for (int s = 0; s < dStates.size(); s++) {
        step.copyValue(derivative.stateGradients().get(s), dStates.get(s).rows(0, rows));
      }
      for (var gradient : derivative.parameterGradients()) {
        collect(gradient);
      }
      writeInputGradient();
    }

    /** Keeps the gradient of a product for the end, and adds that of a vector at once. */
    private void collect(Derivative.ParameterGradient gradient) {
      int parameter = gradient.parameter();
      if (!program.parameters().get(parameter).isWeight()) {
        var target = call.dParameters().get(parameter);
        ops.sumRows(
            step.value(gradient.value(), rows),
            target.rows(gradient.offset(), gradient.rows()).flat(),
            1);
      } else if (!gathered.contains(parameter)) {
        var columns = productGradients(parameter).columns(gradient.offset(), gradient.rows());
        step.copyValue(gradient.value(), columns);
      }
    }

    private void writeInputGradient() {
      if (call.dInput() != null && derivative.inputGradient() >= 0) {
        step.copyValue(derivative.inputGradient(), call.dInput().rows(start, rows));
      }
    }

    /** Does what spans all steps: the gradients of the weights, and through them of the input. */
    void finish() {
      float beta = derivative.inputGradient() >= 0 ? 1 : 0;
      for (int p = 0; p < program.parameters().size(); p++) {
        var spec = program.parameters().get(p);
        if (spec.isWeight()) {
          var d = dProduct(p);
          ops.multiply(d.transposed(), operand(spec), call.dParameters().get(p), 1);
          if (spec.kind() == Kind.INPUT_WEIGHT && call.dInput() != null) {
            ops.multiply(d, call.forward().parameters().get(p), call.dInput(), beta);
            beta = 1;
          }
        }
      }
      if (beta == 0 && call.dInput() != null) {
        ops.fill(call.dInput(), 0);
      }
      for (int s = 0; s < call.dInitialStates().size(); s++) {
        ops.copy(dStates.get(s), call.dInitialStates().get(s));
      }
    }

    /** Returns what a weight multiplies, at all steps, {@code [N, columns]}. */
    private Matrix operand(ParameterSpec spec) {
      return switch (program.code().get(spec.operand())) {
        case Instruction.Input _ -> call.forward().input();
        case Instruction.State state -> before(state.state());
        default -> Objects.requireNonNull(trace.values.get(spec.operand()));
      };
    }

    private Matrix before(int state) {
      return Objects.requireNonNull(trace.statesBefore.get(state));
    }

    private Matrix dProduct(int parameter) {
      return Objects.requireNonNull(dProducts.get(parameter));
    }

    @Override
    public Matrix read(Instruction source) {
      return switch (source) {
        case Instruction.Input _ -> call.forward().input().rows(start, rows);
        case Instruction.State state -> before(state.state()).rows(start, rows);
        case Instruction.NextState after ->
            Objects.requireNonNull(trace.statesAfter.get(after.state())).rows(start, rows);
        case Instruction.Saved saved ->
            Objects.requireNonNull(trace.values.get(saved.value())).rows(start, rows);
        case Instruction.NextGradient gradient -> dNext.get(gradient.state()).rows(0, rows);
        default -> throw new IllegalStateException("not in a derivative: " + source);
      };
    }

    @Override
    public void draw(Instruction.Mask mask, Matrix out) {
      throw new IllegalStateException("a derivative draws no masks");
    }

    @Override
    public Matrix inputProduct(int parameter) {
      throw new IllegalStateException("a derivative has no products with the input");
    }

    @Override
    public Matrix productGradients(int parameter) {
      return dProduct(parameter).rows(start, rows);
    }

    @Override
    public @Nullable Matrix destination(int id) {
      return null;
    }
  }
}
