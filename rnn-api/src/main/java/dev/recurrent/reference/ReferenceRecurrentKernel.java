package dev.recurrent.reference;

import static dev.recurrent.reference.ReferenceStorage.doubles;
import static dev.recurrent.reference.ReferenceStorage.rowOf;
import static dev.recurrent.reference.ReferenceStorage.setRow;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.Derivative;
import dev.recurrent.cell.Derivative.ParameterGradient;
import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.ParameterSpec;
import dev.recurrent.spi.Masks;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RandomBits;
import dev.recurrent.spi.RecurrentKernel;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a cell over each sequence by itself, one step after the other, and its derivative back
 * again; every value of every step is kept.
 */
final class ReferenceRecurrentKernel implements RecurrentKernel {
  private final CellProgram program;
  private final Derivative derivative;
  private final ReferenceInterpreter forward;
  private final ReferenceInterpreter backward;

  ReferenceRecurrentKernel(CellProgram program) {
    this.program = program;
    this.derivative = program.derivative();
    this.forward = new ReferenceInterpreter(program.code(), program.parameters());
    this.backward = new ReferenceInterpreter(derivative.code(), program.parameters());
  }

  /** Keeps for each packed row the value of each instruction. */
  private static final class Values implements Trace {
    private final double[][][] ofRow;

    Values(double[][][] ofRow) {
      this.ofRow = ofRow;
    }

    @Override
    public void close() {}
  }

  @Override
  public Trace forward(ForwardCall call) {
    var layout = call.layout();
    var parameters = call.parameters().stream().map(ReferenceStorage::copyOf).toList();
    var values = new double[call.mode() == Mode.INFERENCE ? 0 : layout.totalRows()][][];
    for (int i = 0; i < layout.batch(); i++) {
      var states = rows(call.initialStates(), i);
      for (int step = 0; step < layout.sortedLength(i); step++) {
        int t = time(call, i, step);
        int row = layout.rowStart(t) + i;
        var before = states;
        int sequence = layout.originalIndex(i);
        var computed =
            forward.run(
                parameters,
                source ->
                    switch (source) {
                      case Instruction.Input _ -> rowOf(call.input(), row);
                      case Instruction.State state -> before.get(state.state());
                      case Instruction.Mask mask -> draw(mask, call, sequence, t);
                      default -> throw new IllegalStateException("not in a cell: " + source);
                    });
        states = program.next().stream().map(next -> computed[next]).toList();
        setRow(call.output(), row, states.get(program.output()));
        if (call.mode() != Mode.INFERENCE) {
          values[row] = computed;
        }
      }
      for (int s = 0; s < states.size(); s++) {
        setRow(call.finalStates().get(s), i, states.get(s));
      }
    }
    return new Values(values);
  }

  @Override
  public void backward(Trace trace, BackwardCall call) {
    var layout = call.forward().layout();
    var parameters = call.forward().parameters().stream().map(ReferenceStorage::copyOf).toList();
    for (int i = 0; i < layout.batch(); i++) {
      var dStates = rows(call.dFinalStates(), i);
      for (int step = layout.sortedLength(i) - 1; step >= 0; step--) {
        int row = layout.rowStart(time(call.forward(), i, step)) + i;
        var values = ((Values) trace).ofRow[row];
        var dNext = new ArrayList<>(dStates);
        dNext.set(program.output(), sum(dStates.get(program.output()), rowOf(call.dOutput(), row)));
        var computed = backward.run(parameters, source -> read(source, values, dNext));
        dStates = derivative.stateGradients().stream().map(id -> computed[id]).toList();
        addParameterGradients(computed, values, call.dParameters());
        writeInputGradient(computed, parameters, row, call);
      }
      for (int s = 0; s < call.dInitialStates().size(); s++) {
        setRow(call.dInitialStates().get(s), i, dStates.get(s));
      }
    }
  }

  @Override
  public void close() {}

  private static int time(ForwardCall call, int i, int step) {
    return call.direction() == Direction.FORWARD ? step : call.layout().sortedLength(i) - 1 - step;
  }

  /** Returns row i of each state, or zeros if there are no matrices. */
  private List<double[]> rows(List<Matrix> states, int i) {
    return states.isEmpty()
        ? program.states().stream().map(state -> new double[state.size()]).toList()
        : states.stream().map(state -> rowOf(state, i)).toList();
  }

  private static double[] draw(Instruction.Mask mask, ForwardCall call, int sequence, int t) {
    var result = new double[mask.width()];
    int key = RandomBits.rowKey(Masks.seed(call.seed(), mask, t), sequence);
    for (int unit = 0; unit < result.length; unit++) {
      boolean keeps = RandomBits.keeps(key, unit, (float) mask.keep());
      result[unit] = call.mode() != Mode.TRAINING ? mask.keep() : keeps ? 1 : 0;
    }
    return result;
  }

  private double[] read(Instruction source, double[][] values, List<double[]> dNext) {
    return switch (source) {
      case Instruction.Saved saved -> values[saved.value()];
      case Instruction.NextState after -> values[program.next().get(after.state())];
      case Instruction.NextGradient gradient -> dNext.get(gradient.state());
      default -> values[program.code().indexOf(source)];
    };
  }

  /** Adds dᵀ v for a weight, and d for a vector. */
  private void addParameterGradients(double[][] computed, double[][] values, List<Matrix> dAll) {
    for (var gradient : derivative.parameterGradients()) {
      var spec = program.parameters().get(gradient.parameter());
      var d = computed[gradient.value()];
      var v = spec.isWeight() ? values[spec.operand()] : new double[] {1};
      var target = dAll.get(gradient.parameter());
      for (int r = 0; r < d.length; r++) {
        int start = target.offset() + (gradient.offset() + r) * target.stride();
        for (int c = 0; c < v.length; c++) {
          doubles(target.storage())[start + c] += d[r] * v[c];
        }
      }
    }
  }

  /** Writes Σ Wᵀ d over the input weights, plus what does not come through a weight. */
  private void writeInputGradient(
      double[][] computed, List<double[]> parameters, int row, BackwardCall call) {
    if (call.dInput() == null) {
      return;
    }
    var dInput =
        derivative.inputGradient() < 0
            ? new double[program.sizes().input()]
            : computed[derivative.inputGradient()].clone();
    for (var gradient : derivative.parameterGradients()) {
      if (kind(gradient) == ParameterSpec.Kind.INPUT_WEIGHT) {
        var weight = parameters.get(gradient.parameter());
        for (int r = 0; r < gradient.rows(); r++) {
          for (int c = 0; c < dInput.length; c++) {
            dInput[c] +=
                weight[(gradient.offset() + r) * dInput.length + c] * computed[gradient.value()][r];
          }
        }
      }
    }
    setRow(call.dInput(), row, dInput);
  }

  private ParameterSpec.Kind kind(ParameterGradient gradient) {
    return program.parameters().get(gradient.parameter()).kind();
  }

  private static double[] sum(double[] a, double[] b) {
    var result = a.clone();
    for (int k = 0; k < result.length; k++) {
      result[k] += b[k];
    }
    return result;
  }
}
