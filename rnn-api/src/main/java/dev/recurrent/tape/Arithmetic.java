package dev.recurrent.tape;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.SequenceLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Holds the operations on tensors, each with the way back. */
final class Arithmetic {
  private Arithmetic() {}

  static Tensor plus(Tensor a, Tensor b) {
    requireSameShape("plus", a, b);
    var tape = a.tape();
    var out = tape.tensor(a.rows(), a.columns(), a.layout());
    tape.ops().binary(BinaryOp.PLUS, a.value(), b.value(), out.value());
    return tape.record(
        out,
        List.of(a, b),
        () -> {
          a.contribute(d -> tape.ops().copy(out.gradient(), d));
          b.inherit(out);
        });
  }

  static Tensor times(Tensor a, Tensor b) {
    requireSameShape("times", a, b);
    var tape = a.tape();
    var out = tape.tensor(a.rows(), a.columns(), a.layout());
    tape.ops().binary(BinaryOp.TIMES, a.value(), b.value(), out.value());
    return tape.record(
        out,
        List.of(a, b),
        () -> {
          a.contribute(d -> tape.ops().binary(BinaryOp.TIMES, out.gradient(), b.value(), d));
          b.contribute(d -> tape.ops().binary(BinaryOp.TIMES, out.gradient(), a.value(), d));
        });
  }

  static Tensor scale(Tensor a, float factor) {
    var tape = a.tape();
    var out = tape.tensor(a.rows(), a.columns(), a.layout());
    tape.ops().affine(a.value(), factor, 0, out.value());
    return tape.record(
        out, List.of(a), () -> a.contribute(d -> tape.ops().affine(out.gradient(), factor, 0, d)));
  }

  static Tensor plusRow(Tensor a, Tensor row) {
    a.tape().requireSameTape("plusRow", row);
    if ((row.rows() != 1 && row.columns() != 1) || row.rows() * row.columns() != a.columns()) {
      throw new IllegalArgumentException(
          "row: expected [1, " + a.columns() + "], got " + row.value().shape());
    }
    var tape = a.tape();
    var out = tape.tensor(a.rows(), a.columns(), a.layout());
    tape.ops().binary(BinaryOp.PLUS, a.value(), row.value().flat(), out.value());
    return tape.record(
        out,
        List.of(a, row),
        () -> {
          row.accumulate((d, beta) -> tape.ops().sumRows(out.gradient(), d.flat(), beta));
          a.inherit(out);
        });
  }

  static Tensor multiply(Tensor a, Tensor b) {
    a.tape().requireSameTape("multiply", b);
    if (a.columns() != b.rows()) {
      throw new IllegalArgumentException(
          "multiply: expected a right side of " + a.columns() + " rows, got " + b.value().shape());
    }
    var tape = a.tape();
    var out = tape.tensor(a.rows(), b.columns(), a.layout());
    tape.ops().multiply(a.value(), b.value(), out.value(), 0);
    return tape.record(
        out,
        List.of(a, b),
        () -> {
          var dOut = out.gradient();
          a.accumulate((d, beta) -> tape.ops().multiply(dOut, b.value().transposed(), d, beta));
          b.accumulate((d, beta) -> tape.ops().multiply(a.value().transposed(), dOut, d, beta));
        });
  }

  static Tensor multiplyTransposed(Tensor a, Tensor b) {
    a.tape().requireSameTape("multiplyTransposed", b);
    if (a.columns() != b.columns()) {
      throw new IllegalArgumentException(
          "multiplyTransposed: expected a right side of "
              + a.columns()
              + " columns, got "
              + b.value().shape());
    }
    var tape = a.tape();
    var out = tape.tensor(a.rows(), b.rows(), a.layout());
    tape.ops().multiply(a.value(), b.value().transposed(), out.value(), 0);
    return tape.record(
        out,
        List.of(a, b),
        () -> {
          var dOut = out.gradient();
          a.accumulate((d, beta) -> tape.ops().multiply(dOut, b.value(), d, beta));
          b.accumulate((d, beta) -> tape.ops().multiply(dOut.transposed(), a.value(), d, beta));
        });
  }

  static Tensor apply(Tensor a, UnaryOp function) {
    var tape = a.tape();
    var out = tape.tensor(a.rows(), a.columns(), a.layout());
    tape.ops().unary(function, a.value(), out.value());
    return tape.record(
        out,
        List.of(a),
        () -> {
          var derivative = UnaryDerivative.of(function);
          var kernel = tape.kernel(derivative.program());
          var inputs = derivative.inputs(out.gradient(), a.value(), out.value());
          a.contribute(d -> kernel.run(inputs, new float[0], List.of(d)));
        });
  }

  static Tensor joinColumns(Tensor a, Tensor b) {
    requireSameSteps("joinColumns", a, b);
    if (a.rows() != b.rows()) {
      throw new IllegalArgumentException(
          "joinColumns: expected " + a.rows() + " rows, got " + b.rows());
    }
    var tape = a.tape();
    var out = tape.tensor(a.rows(), a.columns() + b.columns(), a.layout());
    tape.ops().copy(a.value(), out.value().columns(0, a.columns()));
    tape.ops().copy(b.value(), out.value().columns(a.columns(), b.columns()));
    return tape.record(
        out,
        List.of(a, b),
        () -> {
          var dOut = out.gradient();
          a.contribute(d -> tape.ops().copy(dOut.columns(0, a.columns()), d));
          b.contribute(d -> tape.ops().copy(dOut.columns(a.columns(), b.columns()), d));
        });
  }

  static Tensor columns(Tensor a, int from, int count) {
    java.util.Objects.checkFromIndexSize(from, count, a.columns());
    var tape = a.tape();
    var out = tape.tensor(a.rows(), count, a.layout());
    tape.ops().copy(a.value().columns(from, count), out.value());
    return tape.record(
        out,
        List.of(a),
        () -> tape.ops().addScaled(1, out.gradient(), a.gradientOrZeros().columns(from, count)));
  }

  static Tensor joinRows(Tensor a, Tensor b) {
    a.tape().requireSameTape("joinRows", b);
    if (a.columns() != b.columns()) {
      throw new IllegalArgumentException(
          "joinRows: expected " + a.columns() + " columns, got " + b.columns());
    }
    var tape = a.tape();
    var out = tape.tensor(a.rows() + b.rows(), a.columns(), null);
    tape.ops().copy(a.value(), out.value().rows(0, a.rows()));
    tape.ops().copy(b.value(), out.value().rows(a.rows(), b.rows()));
    return tape.record(
        out,
        List.of(a, b),
        () -> {
          var dOut = out.gradient();
          a.contribute(d -> tape.ops().copy(dOut.rows(0, a.rows()), d));
          b.contribute(d -> tape.ops().copy(dOut.rows(a.rows(), b.rows()), d));
        });
  }

  static Tensor sliceRows(Tensor a, int from, int count) {
    java.util.Objects.checkFromIndexSize(from, count, a.rows());
    var tape = a.tape();
    var out = tape.tensor(count, a.columns(), null);
    tape.ops().copy(a.value().rows(from, count), out.value());
    return tape.record(
        out,
        List.of(a),
        () -> {
          if (a.requiresGradient()) {
            tape.ops().addScaled(1, out.gradient(), a.gradientOrZeros().rows(from, count));
          }
        });
  }

  static Tensor gatherRows(Tensor a, int[] indices) {
    for (int index : indices) {
      if (index >= a.rows()) {
        throw new IllegalArgumentException(
            "row index: expected less than " + a.rows() + ", got " + index);
      }
    }
    return gatherRows(a, a.tape().indices(indices), null);
  }

  private static Tensor gatherRows(Tensor a, Matrix indices, @Nullable SequenceLayout layout) {
    var tape = a.tape();
    var out = tape.tensor(indices.rows(), a.columns(), layout);
    tape.ops().gatherRows(a.value(), indices, out.value());
    return tape.record(
        out,
        List.of(a),
        () -> tape.ops().scatterAddRows(out.gradient(), indices, a.gradientOrZeros()));
  }

  static Tensor repeat(Tensor a, SequenceLayout layout) {
    if (a.rows() != layout.batch()) {
      throw new IllegalArgumentException(
          "repeat: expected a row for each of " + layout.batch() + " sequences, got " + a.rows());
    }
    var owners = new int[layout.totalRows()];
    for (int t = 0; t < layout.steps(); t++) {
      for (int i = 0; i < layout.batchSize(t); i++) {
        owners[layout.rowStart(t) + i] = layout.originalIndex(i);
      }
    }
    return gatherRows(a, a.tape().indices(owners), layout);
  }

  static Tensor sum(Tensor a) {
    var tape = a.tape();
    var out = tape.tensor(1, 1, null);
    var rows = tape.temporary(a.rows(), 1);
    tape.ops().sumColumns(a.value(), rows);
    tape.ops().sumRows(rows, out.value(), 0);
    tape.release(rows);
    return tape.record(
        out,
        List.of(a),
        () ->
            a.contribute(
                d -> {
                  tape.ops().fill(d, 1);
                  tape.ops().binary(BinaryOp.TIMES, d, out.gradient(), d);
                }));
  }

  /** Refuses tensors of two tapes, or whose rows are steps of different sequences. */
  private static void requireSameSteps(String operation, Tensor a, Tensor b) {
    a.tape().requireSameTape(operation, b);
    if (a.layout() != null && b.layout() != null) {
      a.layout().requireSame(operation, b.layout());
    }
  }

  private static void requireSameShape(String operation, Tensor a, Tensor b) {
    requireSameSteps(operation, a, b);
    if (a.rows() != b.rows() || a.columns() != b.columns()) {
      throw new IllegalArgumentException(
          operation + ": expected " + a.value().shape() + ", got " + b.value().shape());
    }
  }
}
