package dev.recurrent.cpu;

import dev.recurrent.spi.Matrix;

/** Copies between dense rows and rows padded to whole vectors. */
final class PaddedRows {
  private PaddedRows() {}

  /** Returns the array, or a larger one; the contents are lost. */
  static float[] grow(float[] array, int size) {
    return array.length >= size ? array : new float[size];
  }

  static void copyIn(Matrix from, float[] to, int stride) {
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
