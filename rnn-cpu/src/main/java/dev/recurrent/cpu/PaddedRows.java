package dev.recurrent.cpu;

import dev.recurrent.spi.Matrix;

/** Copies between dense rows and rows padded to whole vectors. */
final class PaddedRows {
  private PaddedRows() {}

  /** Returns the array, or a larger one; the contents are lost. */
  static float[] grow(float[] array, int size) {
    return array.length >= size ? array : new float[size];
  }

  /**
   * Lets an operand read a matrix: in place where whole vectors fit, otherwise from a padded copy.
   *
   * @param padded what an earlier call returned: the array for the copy
   * @return the array for the copy, perhaps a larger one
   */
  static float[] bind(Matrix matrix, Operand operand, float[] padded) {
    if (matrix.columns() % Lanes.COUNT == 0) {
      operand.bind(CpuStorage.floats(matrix), matrix.offset(), matrix.stride());
      return padded;
    }
    int stride = Lanes.padded(matrix.columns());
    var copy = grow(padded, matrix.rows() * stride);
    copyIn(matrix, copy, stride);
    operand.bind(copy, 0, stride);
    return copy;
  }

  private static void copyIn(Matrix from, float[] to, int stride) {
    var source = CpuStorage.floats(from);
    for (int r = 0; r < from.rows(); r++) {
      System.arraycopy(source, from.offset() + r * from.stride(), to, r * stride, from.columns());
    }
  }

  static void copyOut(float[] from, int stride, Matrix to) {
    var target = CpuStorage.floats(to);
    for (int r = 0; r < to.rows(); r++) {
      System.arraycopy(from, r * stride, target, to.offset() + r * to.stride(), to.columns());
    }
  }
}
