package dev.recurrent.cpu;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.ParameterSpec.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The compiled code of a cell: plans, each made when it is first needed. Shared by all kernels of
 * the cell on a backend, and by all threads: it knows neither parameters nor arrays.
 */
final class CellCode {
  private final CellProgram cell;
  private final Workers workers;
  private volatile @Nullable ForwardPlan inference;
  private volatile @Nullable ForwardPlan training;
  private volatile @Nullable BackwardPlan backward;

  CellCode(CellProgram cell, Workers workers) {
    this.cell = cell;
    this.workers = workers;
  }

  CellProgram cell() {
    return cell;
  }

  ForwardPlan inference() {
    var plan = inference;
    return plan != null ? plan : compileInference();
  }

  ForwardPlan training() {
    var plan = training;
    return plan != null ? plan : compileTraining();
  }

  BackwardPlan backward() {
    var plan = backward;
    return plan != null ? plan : compileBackward();
  }

  private synchronized ForwardPlan compileInference() {
    var plan = inference;
    if (plan == null) {
      plan = new ForwardPlan(cell, List.of(), workers.count());
      inference = plan;
    }
    return plan;
  }

  private synchronized ForwardPlan compileTraining() {
    var plan = training;
    if (plan == null) {
      plan = new ForwardPlan(cell, keptValues(), workers.count());
      training = plan;
    }
    return plan;
  }

  private synchronized BackwardPlan compileBackward() {
    var plan = backward;
    if (plan == null) {
      plan = new BackwardPlan(cell, cell.derivative(), workers.count());
      backward = plan;
    }
    return plan;
  }

  /** What the derivative reads, and what the inner weights were multiplied by. */
  private List<Integer> keptValues() {
    var kept = new ArrayList<>(cell.derivative().saved());
    for (var parameter : cell.parameters()) {
      if (parameter.kind() == Kind.INNER_WEIGHT && !kept.contains(parameter.operand())) {
        kept.add(parameter.operand());
      }
    }
    return kept;
  }
}
