package dev.recurrent.cpu;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.Derivative;
import dev.recurrent.cell.ParameterSpec.Kind;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel;
import dev.recurrent.spi.StoragePool;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs any cell on the CPU: products on packed weights, pointwise regions compiled to bytecode,
 * threads that stay in the time loop. The parts are compiled when they are first needed.
 */
final class CpuRecurrentKernel implements RecurrentKernel {
  private final CellProgram cell;
  private final Derivative derivative;
  private final Workers workers;
  private final Gemm gemm;
  private final StoragePool pool;
  private final Matrix nothing;
  private @Nullable ForwardPass training;
  private @Nullable ForwardPass inference;
  private @Nullable BackwardPass backward;

  CpuRecurrentKernel(
      CellProgram cell, Workers workers, Gemm gemm, StoragePool pool, Matrix nothing) {
    this.cell = cell;
    this.derivative = cell.derivative();
    this.workers = workers;
    this.gemm = gemm;
    this.pool = pool;
    this.nothing = nothing;
  }

  @Override
  public Trace forward(ForwardCall call) {
    if (call.mode() == Mode.INFERENCE) {
      if (inference == null) {
        inference = new ForwardPass(cell, List.of(), false, workers, pool);
      }
      return inference.run(call);
    }
    return trainingPass().run(call);
  }

  @Override
  public void backward(Trace trace, BackwardCall call) {
    if (!(trace instanceof CpuTrace own)) {
      throw new IllegalArgumentException(
          "trace: expected one of a training pass on backend cpu, got one of an inference pass");
    }
    if (backward == null) {
      backward = new BackwardPass(cell, derivative, workers, gemm, nothing);
    }
    backward.run(own, trainingPass().stored(), call);
  }

  private ForwardPass trainingPass() {
    if (training == null) {
      training = new ForwardPass(cell, keptValues(), true, workers, pool);
    }
    return training;
  }

  /** What the derivative reads, and what the inner weights were multiplied by. */
  private List<Integer> keptValues() {
    var kept = new ArrayList<>(derivative.saved());
    for (var parameter : cell.parameters()) {
      if (parameter.kind() == Kind.INNER_WEIGHT && !kept.contains(parameter.operand())) {
        kept.add(parameter.operand());
      }
    }
    return kept;
  }

  @Override
  public void parametersChanged() {
    if (training != null) {
      training.parametersChanged();
    }
    if (inference != null) {
      inference.parametersChanged();
    }
    if (backward != null) {
      backward.parametersChanged();
    }
  }

  @Override
  public void close() {
    training = null;
    inference = null;
    backward = null;
  }
}
