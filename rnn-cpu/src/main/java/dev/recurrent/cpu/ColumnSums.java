package dev.recurrent.cpu;

import jdk.incubator.vector.FloatVector;

/**
 * Adds up the columns of a matrix, each from the first row to the last. For the order of operands
 * see {@link Reductions}; no method here takes a vector, since a call that C2 does not inline boxes
 * it.
 */
final class ColumnSums {
  private ColumnSums() {}

  /**
   * Adds to {@code target[at + c]} the sum of column c, for columns {@code [from, to)}.
   *
   * @param a contiguous rows
   * @param from a multiple of the lane count
   */
  static void add(MatrixView a, int from, int to, float[] target, int at) {
    int c = from;
    for (; c + 4 * Lanes.COUNT <= to; c += 4 * Lanes.COUNT) {
      addFour(a, c, target, at + c);
    }
    for (; c + Lanes.COUNT <= to; c += Lanes.COUNT) {
      addOne(a, c, target, at + c);
    }
    for (; c < to; c++) {
      float sum = 0;
      for (int r = 0; r < a.rows(); r++) {
        sum += a.data()[a.offset() + r * a.rowStride() + c];
      }
      target[at + c] += sum;
    }
  }

  private static void addOne(MatrixView a, int column, float[] target, int to) {
    int at = a.offset() + column;
    var sum = FloatVector.broadcast(Lanes.SPECIES, 0);
    for (int r = 0; r < a.rows(); r++, at += a.rowStride()) {
      sum = FloatVector.fromArray(Lanes.SPECIES, a.data(), at).add(sum);
    }
    FloatVector.fromArray(Lanes.SPECIES, target, to).add(sum).intoArray(target, to);
  }

  /** Adjacent cache lines come four times as fast as one line out of each row. */
  private static void addFour(MatrixView a, int column, float[] target, int to) {
    int at = a.offset() + column;
    var s0 = FloatVector.broadcast(Lanes.SPECIES, 0);
    var s1 = s0;
    var s2 = s0;
    var s3 = s0;
    for (int r = 0; r < a.rows(); r++, at += a.rowStride()) {
      s0 = FloatVector.fromArray(Lanes.SPECIES, a.data(), at).add(s0);
      s1 = FloatVector.fromArray(Lanes.SPECIES, a.data(), at + Lanes.COUNT).add(s1);
      s2 = FloatVector.fromArray(Lanes.SPECIES, a.data(), at + 2 * Lanes.COUNT).add(s2);
      s3 = FloatVector.fromArray(Lanes.SPECIES, a.data(), at + 3 * Lanes.COUNT).add(s3);
    }
    int to1 = to + Lanes.COUNT;
    int to2 = to1 + Lanes.COUNT;
    int to3 = to2 + Lanes.COUNT;
    FloatVector.fromArray(Lanes.SPECIES, target, to).add(s0).intoArray(target, to);
    FloatVector.fromArray(Lanes.SPECIES, target, to1).add(s1).intoArray(target, to1);
    FloatVector.fromArray(Lanes.SPECIES, target, to2).add(s2).intoArray(target, to2);
    FloatVector.fromArray(Lanes.SPECIES, target, to3).add(s3).intoArray(target, to3);
  }
}
