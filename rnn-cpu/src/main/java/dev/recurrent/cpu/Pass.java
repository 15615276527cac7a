package dev.recurrent.cpu;

/**
 * Runs a fused elementwise computation over a tile; written by {@link PassCompiler}.
 *
 * <p>Operand k is {@code arrays[k]}: element (r, c) of the tile is at {@code offsets[k] + r *
 * strides[k] + c}; an operand with one number a row is at {@code offsets[k] + r * strides[k]}.
 */
abstract class Pass extends GeneratedCode {
  /**
   * Computes {@code rows} rows.
   *
   * @param columns a multiple of {@link Lanes#COUNT}
   */
  abstract void run(float[][] arrays, int[] offsets, int[] strides, int rows, int columns);
}
