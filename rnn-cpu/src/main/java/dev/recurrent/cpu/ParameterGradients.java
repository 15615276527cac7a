package dev.recurrent.cpu;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.ParameterSpec;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel.BackwardCall;
import java.util.List;

/**
 * Adds up the gradients of the parameters once the time loop is over: for a weight one product over
 * all steps and rows, for a vector the sum of all rows. Both sum in the order of the packed rows.
 */
final class ParameterGradients {
  private static final int NONE = -1;

  private final CellProgram cell;
  private final BackwardPlan plan;
  private final Bindings bindings;
  private final Workers workers;
  private final WorkspacePool<Gemm> gemms;
  private float[] compact = {};

  ParameterGradients(
      CellProgram cell,
      BackwardPlan plan,
      Bindings bindings,
      Workers workers,
      WorkspacePool<Gemm> gemms) {
    this.cell = cell;
    this.plan = plan;
    this.bindings = bindings;
    this.workers = workers;
    this.gemms = gemms;
  }

  void add(
      Timeline timeline, CpuTrace trace, List<ForwardPlan.StoredValue> stored, BackwardCall call) {
    int rows = timeline.layout().totalRows();
    if (rows == 0) {
      return;
    }
    try (var gemm = gemms.take()) {
      addWeights(gemm.workspace(), timeline, trace, stored, call);
    }
    workers.share(worker -> addVectors(worker, rows, call));
  }

  private void addWeights(
      Gemm gemm,
      Timeline timeline,
      CpuTrace trace,
      List<ForwardPlan.StoredValue> stored,
      BackwardCall call) {
    int rows = timeline.layout().totalRows();
    for (int p = 0; p < cell.parameters().size(); p++) {
      var spec = cell.parameters().get(p);
      if (!spec.isWeight() || isPartner(p)) {
        continue;
      }
      var right = right(spec, timeline, trace, stored, call);
      int together = partner(p);
      if (together == NONE) {
        addWeight(gemm, p, right, call.dParameters().get(p));
      } else {
        var other = right(cell.parameters().get(together), timeline, trace, stored, call);
        gemm.accumulate(
            left(p, 0, spec.rows(), rows),
            target(call.dParameters().get(p), 0, spec.rows()),
            right,
            target(call.dParameters().get(together), 0, spec.rows()),
            other);
      }
    }
  }

  /**
   * Returns the next weight whose products have the same gradients as those of an input's weight,
   * or NONE: the two read these gradients together. A state's own rows may have to be compacted,
   * for one weight at a time.
   */
  private int partner(int parameter) {
    var spec = cell.parameters().get(parameter);
    if (!(cell.code().get(spec.operand()) instanceof Instruction.Input) || !isAligned(spec)) {
      return NONE;
    }
    var gradient = plan.productGradients[parameter];
    for (int p = parameter + 1; p < cell.parameters().size(); p++) {
      if (cell.parameters().get(p).isWeight() && plan.productGradients[p] == gradient) {
        return p;
      }
    }
    return NONE;
  }

  /** Tells whether a weight before this one takes both; other weights may lie between the two. */
  private boolean isPartner(int parameter) {
    for (int p = 0; p < parameter; p++) {
      if (cell.parameters().get(p).isWeight() && partner(p) == parameter) {
        return true;
      }
    }
    return false;
  }

  /** Tells whether the gradients of all products with a weight are adjacent columns. */
  private static boolean isAligned(ParameterSpec spec) {
    return ForwardPlan.paddedRows(spec) == spec.rows();
  }

  /** Returns what the weight was multiplied by, all packed rows of it: [N, columns]. */
  private MatrixView right(
      ParameterSpec spec,
      Timeline timeline,
      CpuTrace trace,
      List<ForwardPlan.StoredValue> stored,
      BackwardCall call) {
    int rows = timeline.layout().totalRows();
    return switch (cell.code().get(spec.operand())) {
      case Instruction.Input _ -> {
        var input = call.forward().input();
        yield new MatrixView(
            CpuStorage.floats(input), input.offset(), rows, spec.columns(), input.stride(), 1);
      }
      case Instruction.State state -> {
        int stride = plan.before[state.state()].stride();
        var history = trace.histories()[state.state()];
        if (!timeline.previousIsContiguous()) {
          history = compacted(timeline, history, stride);
          yield new MatrixView(history, 0, rows, spec.columns(), stride, 1);
        }
        int first = timeline.firstPreviousRow();
        yield new MatrixView(history, first * stride, rows, spec.columns(), stride, 1);
      }
      default -> {
        var values = trace.values()[BackwardPass.indexOf(stored, spec.operand())];
        yield new MatrixView(values, 0, rows, spec.columns(), Lanes.padded(spec.columns()), 1);
      }
    };
  }

  /** Copies the states before each step to adjacent rows. */
  private float[] compacted(Timeline timeline, float[] history, int stride) {
    var layout = timeline.layout();
    compact = PaddedRows.grow(compact, layout.totalRows() * stride);
    for (int t = 0; t < layout.steps(); t++) {
      int from = timeline.previousSlot(t) * stride;
      int to = layout.rowStart(t) * stride;
      System.arraycopy(history, from, compact, to, layout.batchSize(t) * stride);
    }
    return compact;
  }

  private void addWeight(Gemm gemm, int parameter, MatrixView right, Matrix target) {
    var spec = cell.parameters().get(parameter);
    boolean aligned = isAligned(spec);
    for (var slice : spec.slices()) {
      if (aligned && slice.offset() > 0) {
        break; // the first product has taken all slices
      }
      int count = aligned ? spec.rows() : slice.rows();
      int column = ForwardPlan.paddedOffset(spec, slice.offset());
      gemm.accumulate(
          target(target, slice.offset(), count),
          left(parameter, column, count, right.rows()),
          right);
    }
  }

  /** Returns columns of the gradients of the products with a weight, transposed: [count, N]. */
  private MatrixView left(int parameter, int column, int count, int rows) {
    var gradient = plan.productGradients[parameter];
    return new MatrixView(
        bindings.array(gradient), column, count, rows, 1, bindings.stride(gradient));
  }

  private static MatrixView target(Matrix matrix, int row, int rows) {
    int offset = matrix.offset() + row * matrix.stride();
    var array = CpuStorage.floats(matrix);
    return new MatrixView(array, offset, rows, matrix.columns(), matrix.stride(), 1);
  }

  private void addVectors(int worker, int rows, BackwardCall call) {
    for (var entry : plan.vectorGradients.entrySet()) {
      var gradient = entry.getKey();
      var place = entry.getValue();
      var target = call.dParameters().get(gradient.parameter());
      int vectors = Lanes.vectors(gradient.rows());
      int from = (int) ((long) vectors * worker / workers.count()) * Lanes.COUNT;
      int to = (int) ((long) vectors * (worker + 1) / workers.count()) * Lanes.COUNT;
      var operand = place.operand();
      var source =
          new MatrixView(
              bindings.array(operand),
              bindings.base(operand) + place.column(),
              rows,
              gradient.rows(),
              bindings.stride(operand),
              1);
      ColumnSums.add(
          source,
          from,
          Math.min(to, gradient.rows()),
          CpuStorage.floats(target),
          target.offset() + gradient.offset());
    }
  }
}
