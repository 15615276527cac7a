package dev.recurrent.cpu;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.ParameterSpec;
import dev.recurrent.cpu.Operand.Place;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel.BackwardCall;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * Adds up the gradients of the parameters once the time loop is over: for a weight one product over
 * all steps and rows, for a vector the sum of all rows. Both sum in the order of the packed rows.
 */
final class ParameterGradients {
  /** Vectors of adjacent columns that are summed at once. */
  private static final int COLUMN_VECTORS = 4;

  private final CellProgram cell;
  private final BackwardPlan plan;
  private final Workers workers;
  private final Gemm gemm;
  private float[] compact = {};

  ParameterGradients(CellProgram cell, BackwardPlan plan, Workers workers, Gemm gemm) {
    this.cell = cell;
    this.plan = plan;
    this.workers = workers;
    this.gemm = gemm;
  }

  void add(
      Timeline timeline, CpuTrace trace, List<ForwardPlan.StoredValue> stored, BackwardCall call) {
    int rows = timeline.layout().totalRows();
    if (rows == 0) {
      return;
    }
    for (int p = 0; p < cell.parameters().size(); p++) {
      var spec = cell.parameters().get(p);
      if (spec.isWeight()) {
        addWeight(spec, p, right(spec, timeline, trace, stored, call), call.dParameters().get(p));
      }
    }
    workers.share(worker -> addVectors(worker, rows, call));
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

  private void addWeight(ParameterSpec spec, int parameter, MatrixView right, Matrix target) {
    var gradient = plan.productGradients[parameter];
    var array = CpuStorage.floats(target);
    boolean aligned = ForwardPlan.paddedRows(spec) == spec.rows();
    for (var slice : spec.slices()) {
      if (aligned && slice.offset() > 0) {
        break; // the first product has taken all slices
      }
      int count = aligned ? spec.rows() : slice.rows();
      int column = ForwardPlan.paddedOffset(spec, slice.offset());
      var left =
          new MatrixView(gradient.array(), column, count, right.rows(), 1, gradient.stride());
      int offset = target.offset() + slice.offset() * target.stride();
      gemm.accumulate(
          new MatrixView(array, offset, count, spec.columns(), target.stride(), 1), left, right);
    }
  }

  private void addVectors(int worker, int rows, BackwardCall call) {
    var sums = new float[COLUMN_VECTORS * Lanes.COUNT];
    for (var entry : plan.vectorGradients.entrySet()) {
      var gradient = entry.getKey();
      var target = call.dParameters().get(gradient.parameter());
      int vectors = Lanes.vectors(gradient.rows());
      int from = (int) ((long) vectors * worker / workers.count());
      int to = (int) ((long) vectors * (worker + 1) / workers.count());
      int count;
      for (int v = from; v < to; v += count) {
        count = to - v >= COLUMN_VECTORS ? COLUMN_VECTORS : 1;
        int unit = v * Lanes.COUNT;
        if (count == COLUMN_VECTORS) {
          sumFourColumns(entry.getValue(), unit, rows, sums);
        } else {
          sumColumn(entry.getValue(), unit, rows, sums);
        }
        int units = Math.min(count * Lanes.COUNT, gradient.rows() - unit);
        int first = target.offset() + gradient.offset() + unit;
        for (int i = 0; i < units; i++) {
          CpuStorage.floats(target)[first + i] += sums[i];
        }
      }
    }
  }

  private static void sumColumn(Place place, int unit, int rows, float[] sums) {
    var array = place.operand().array();
    int stride = place.operand().stride();
    int at = place.operand().base() + place.column() + unit;
    var sum = FloatVector.zero(Lanes.SPECIES);
    for (int r = 0; r < rows; r++) {
      sum = sum.add(FloatVector.fromArray(Lanes.SPECIES, array, at + r * stride));
    }
    sum.intoArray(sums, 0);
  }

  /** Adjacent cache lines come four times as fast as one line out of each row. */
  private static void sumFourColumns(Place place, int unit, int rows, float[] sums) {
    var array = place.operand().array();
    int stride = place.operand().stride();
    int at = place.operand().base() + place.column() + unit;
    var s0 = FloatVector.zero(Lanes.SPECIES);
    var s1 = s0;
    var s2 = s0;
    var s3 = s0;
    for (int r = 0; r < rows; r++, at += stride) {
      s0 = s0.add(FloatVector.fromArray(Lanes.SPECIES, array, at));
      s1 = s1.add(FloatVector.fromArray(Lanes.SPECIES, array, at + Lanes.COUNT));
      s2 = s2.add(FloatVector.fromArray(Lanes.SPECIES, array, at + 2 * Lanes.COUNT));
      s3 = s3.add(FloatVector.fromArray(Lanes.SPECIES, array, at + 3 * Lanes.COUNT));
    }
    s0.intoArray(sums, 0);
    s1.intoArray(sums, Lanes.COUNT);
    s2.intoArray(sums, 2 * Lanes.COUNT);
    s3.intoArray(sums, 3 * Lanes.COUNT);
  }
}
