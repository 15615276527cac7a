package dev.recurrent.layer;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.tape.Tensor;
import java.util.List;

/**
 * Reduces sequences to one row each: many-to-one. Row i of the result {@code [B, columns]} belongs
 * to the caller's sequence i; that of a sequence of length 0 is zeros. For what a bidirectional
 * layer has seen of a whole sequence see {@link RecurrentResult#last()}.
 *
 * <p>Stateless: any thread may call it, with tensors of its own tape.
 */
public final class Pooling {
  private Pooling() {}

  /** Returns each sequence's last step. */
  public static Tensor last(Tensor x) {
    var layout = x.sequenceLayout();
    var rows = new int[layout.batch()];
    for (int i = 0; i < rows.length; i++) {
      int length = layout.sortedLength(i);
      rows[layout.originalIndex(i)] = length == 0 ? -1 : layout.rowStart(length - 1) + i;
    }
    return x.gatherRows(rows);
  }

  /** Returns each sequence's first step. */
  public static Tensor first(Tensor x) {
    var layout = x.sequenceLayout();
    var rows = new int[layout.batch()];
    for (int i = 0; i < rows.length; i++) {
      rows[layout.originalIndex(i)] = layout.sortedLength(i) == 0 ? -1 : i;
    }
    return x.gatherRows(rows);
  }

  /** Returns the mean of each sequence's steps. */
  public static Tensor mean(Tensor x) {
    var layout = x.sequenceLayout();
    var tape = x.tape();
    var owners = new int[layout.totalRows()];
    var inverse = new float[layout.batch()];
    for (int t = 0; t < layout.steps(); t++) {
      for (int i = 0; i < layout.batchSize(t); i++) {
        owners[layout.rowStart(t) + i] = layout.originalIndex(i);
      }
    }
    for (int i = 0; i < inverse.length; i++) {
      inverse[layout.originalIndex(i)] = 1f / Math.max(1, layout.sortedLength(i));
    }
    var rows = tape.indices(owners);
    var scale = tape.constant(inverse, inverse.length, 1).value();
    var out = tape.tensor(layout.batch(), x.columns(), null);
    tape.ops().fill(out.value(), 0);
    tape.ops().scatterAddRows(x.value(), rows, out.value());
    tape.ops().binary(BinaryOp.TIMES, out.value(), scale, out.value());
    return tape.record(
        out,
        List.of(x),
        () -> {
          var scaled = tape.temporary(out.rows(), out.columns());
          tape.ops().binary(BinaryOp.TIMES, out.gradient(), scale, scaled);
          x.contribute(d -> tape.ops().gatherRows(scaled, rows, d));
          tape.release(scaled);
        });
  }

  /**
   * Returns the largest value of each column over each sequence's steps; of equal ones the first.
   */
  public static Tensor max(Tensor x) {
    var layout = x.sequenceLayout();
    var tape = x.tape();
    var ops = tape.ops();
    var largest = tape.tensor(layout.batch(), x.columns(), null);
    var risen =
        tape.tensor(x.rows(), x.columns(), null).value(); // 1 where a step sets a new record
    ops.fill(largest.value(), 0);
    ops.fill(risen, 1);
    for (int t = 0; t < layout.steps(); t++) {
      var step = step(x.value(), layout, t);
      var so = largest.value().rows(0, step.rows());
      if (t == 0) {
        ops.copy(step, so);
      } else {
        ops.binary(BinaryOp.GREATER, step, so, step(risen, layout, t));
        ops.binary(BinaryOp.MAX, so, step, so);
      }
    }
    tape.record(
        largest, List.of(x), () -> x.contribute(d -> maxBackward(largest, layout, risen, d)));
    var position = new int[layout.batch()];
    for (int i = 0; i < position.length; i++) {
      position[layout.originalIndex(i)] = i;
    }
    return largest.gatherRows(position);
  }

  /** Hands each gradient to the last step that set a record: the first of the largest values. */
  private static void maxBackward(Tensor largest, SequenceLayout layout, Matrix risen, Matrix d) {
    var ops = largest.tape().ops();
    var left = largest.gradient();
    for (int t = layout.steps() - 1; t >= 0; t--) {
      var dStep = step(d, layout, t);
      var rest = left.rows(0, dStep.rows());
      ops.binary(BinaryOp.TIMES, rest, step(risen, layout, t), dStep);
      ops.binary(BinaryOp.MINUS, rest, dStep, rest);
    }
  }

  private static Matrix step(Matrix packed, SequenceLayout layout, int t) {
    return packed.rows(layout.rowStart(t), layout.batchSize(t));
  }
}
