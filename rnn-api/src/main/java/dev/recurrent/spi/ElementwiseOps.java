package dev.recurrent.spi;

import dev.recurrent.cell.BinaryOp;

/** Lets the first operand of an elementwise operation be repeated too. */
final class ElementwiseOps {
  private ElementwiseOps() {}

  /**
   * Applies a function to each pair of elements.
   *
   * @param a {@code [M, N]}, or a row, a column or a number, which are repeated
   * @param b the same
   * @param out {@code [M, N]}; where a is repeated, not one of the operands
   */
  static void binary(TensorOps ops, BinaryOp op, Matrix a, Matrix b, Matrix out) {
    if (sameShape(a, out)) {
      ops.binary(op, a, b, out);
    } else {
      repeat(ops, a, out);
      ops.binary(op, out, b, out);
    }
  }

  /** Writes a row, a column, a number, or a whole matrix {@code [M, N]} to out {@code [M, N]}. */
  static void repeat(TensorOps ops, Matrix a, Matrix out) {
    if (sameShape(a, out)) {
      ops.copy(a, out);
    } else {
      ops.fill(out, -0f); // -0 + a is a, for a = -0 too
      ops.binary(BinaryOp.PLUS, out, a, out);
    }
  }

  static boolean sameShape(Matrix a, Matrix b) {
    return a.rows() == b.rows() && a.columns() == b.columns();
  }
}
