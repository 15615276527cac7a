package dev.recurrent.cpu;

/**
 * Computes one register tile: R rows of A times the V vectors of one panel of B.
 *
 * <p>Each element of C is one chain of fused multiply-adds over rising k, whatever R and V: so a
 * row's bits do not depend on the rows beside it, nor on the panel it is computed in.
 */
abstract class Tile extends GeneratedCode {
  /**
   * Computes {@code C[r, d(v)..] = S[r, d(v)..] + sum over k of A[r, k] * B[k, v..]}, with S
   * perhaps the same as C.
   *
   * @param a A; element (r, k) at {@code aOffset + r * aStride + k}, or, where A is packed, at
   *     {@code aOffset + k * R + r}
   * @param b panel {@code [depth][V][lanes]} at {@code bOffset}; a tile over several panels finds
   *     each next one {@code panelStride} later, one that reads a row-major B each next row
   * @param s what the sums start from, rows {@code sStride} apart (0 repeats one row)
   * @param c rows {@code cStride} apart
   * @param d columns of C and S that the vectors go to, from index {@code dFirst}
   */
  abstract void run(
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int panelStride,
      int depth,
      float[] s,
      int sOffset,
      int sStride,
      float[] c,
      int cOffset,
      int cStride,
      int[] d,
      int dFirst);
}
