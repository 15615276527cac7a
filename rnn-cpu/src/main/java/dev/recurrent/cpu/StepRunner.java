package dev.recurrent.cpu;

import dev.recurrent.cpu.PassCode.Shape;
import dev.recurrent.cpu.StageOps.PadOp;
import dev.recurrent.cpu.StageOps.ProductOp;
import dev.recurrent.cpu.StageOps.RowSumOp;
import dev.recurrent.cpu.StageOps.Start;
import java.util.Arrays;
import java.util.List;

/** Executes the stages of one step on one worker's share of rows and units. */
final class StepRunner {
  private final Workers pool;
  private final List<StageOps> stages;
  private PackedWeight[] weights = {};
  private Partition partition = Partition.ALONE;

  StepRunner(Workers pool, List<StageOps> stages) {
    this.pool = pool;
    this.stages = stages;
  }

  /** Begins a call. */
  void begin(PackedWeight[] newWeights) {
    weights = newWeights;
  }

  /** Says which worker does what in the call. */
  void shareOut(Partition newPartition) {
    partition = newPartition;
  }

  /** Runs all stages of the step that {@code at} stands at, for rows {@code [from, to)}. */
  void run(StepContext at, int worker, int from, int to) {
    for (int s = 0; s < stages.size(); s++) {
      var stage = stages.get(s);
      if (s > 0 && partition.needsBarriers()) {
        pool.await(worker);
      }
      if (to > from) {
        for (int i = 0; i < stage.products().size(); i++) {
          product(at, worker, stage.products().get(i), from, to - from);
        }
        for (int i = 0; i < stage.rowSums().size(); i++) {
          rowSum(at, stage.rowSums().get(i), from, to);
        }
        passes(at, worker, stage.passes(), from, to);
        for (int i = 0; i < stage.pads().size(); i++) {
          clear(at, worker, stage.pads().get(i), from, to);
        }
      }
    }
  }

  /** Runs one product for rows {@code [row, row + rows)} and the worker's units. */
  void product(StepContext at, int worker, ProductOp op, int row, int rows) {
    var left = op.left().operand();
    int leftOffset = at.offset(left, row) + op.left().column();
    var bindings = at.bindings();
    product(at, worker, op, bindings.array(left), leftOffset, bindings.rowStep(left), row, rows);
  }

  /** Runs one product whose left operand is elsewhere. */
  void product(
      StepContext at,
      int worker,
      ProductOp op,
      float[] left,
      int leftOffset,
      int leftStride,
      int row,
      int rows) {
    int startBlock = partition.startBlock(worker, op.units());
    int endBlock = partition.endBlock(worker, op.units());
    if (startBlock >= endBlock) {
      return;
    }
    var weight = weights[op.weight()];
    var target = at.bindings().array(op.target());
    int stride = at.bindings().stride(op.target());
    int offset = at.offset(op.target(), row);
    int first = weight.panel(startBlock);
    int end = weight.panel(endBlock);
    if (op.start() == Start.OVERWRITE) {
      at.product()
          .overwrite(
              left,
              leftOffset,
              leftStride,
              rows,
              weight.matrix(),
              first,
              end,
              target,
              offset,
              stride);
      return;
    }
    for (int i = 0; i < op.cleared().size(); i++) {
      int column = op.cleared().get(i) + startBlock * Lanes.COUNT;
      int width = (endBlock - startBlock) * Lanes.COUNT;
      for (int r = 0; r < rows; r++) {
        int begin = offset + r * stride + column;
        Arrays.fill(target, begin, begin + width, 0);
      }
    }
    at.product()
        .accumulate(
            left,
            leftOffset,
            leftStride,
            rows,
            weight.matrix(),
            first,
            end,
            target,
            offset,
            stride);
  }

  /** Sums whole rows; every worker sums all of its rows, in the same order. */
  private static void rowSum(StepContext at, RowSumOp op, int from, int to) {
    var source = op.from().operand();
    var array = at.bindings().array(source);
    int stride = at.bindings().rowStep(source);
    int offset = at.offset(source, from) + op.from().column();
    var target = at.bindings().array(op.to().operand());
    int out = at.offset(op.to().operand(), from);
    if (op.from().shape() == Shape.ROW) {
      throw new IllegalStateException("row sum: expected a row of numbers, got a scalar");
    }
    for (int r = 0; r < to - from; r++) {
      target[out + r] = Reductions.sum(array, offset + r * stride, op.width(), at.lanes());
    }
  }

  private void clear(StepContext at, int worker, PadOp pad, int from, int to) {
    if (partition.endBlock(worker, pad.units()) < pad.units().blocks()) {
      return;
    }
    int offset = at.offset(pad.operand(), from) + pad.column();
    var array = at.bindings().array(pad.operand());
    int stride = at.bindings().stride(pad.operand());
    for (int r = 0; r < to - from; r++) {
      int begin = offset + r * stride;
      Arrays.fill(array, begin, begin + pad.count(), 0);
    }
  }

  /** Runs the passes tile by tile, so that what one hands to the next stays in the L1 cache. */
  void passes(StepContext at, int worker, List<PassPlan> passes, int from, int to) {
    for (int first = 0; first < passes.size(); ) {
      var units = passes.get(first).units();
      int end = first + 1;
      while (end < passes.size() && passes.get(end).units().width() == units.width()) {
        end++;
      }
      int start = partition.startBlock(worker, units) * Lanes.COUNT;
      int stop = partition.endBlock(worker, units) * Lanes.COUNT;
      do { // at least once: a pass may have numbers for whole rows to store
        int columns = Math.min(StepContext.TILE, stop - start);
        int tileRows = columns == 0 ? to - from : Math.max(1, StepContext.TILE / columns);
        for (int row = from; row < to; row += tileRows) {
          int rows = Math.min(tileRows, to - row);
          for (int p = first; p < end; p++) {
            passes.get(p).run(at, row, rows, start, start + columns);
          }
        }
        start += columns;
      } while (start < stop);
      first = end;
    }
  }
}
