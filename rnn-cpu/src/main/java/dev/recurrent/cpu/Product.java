package dev.recurrent.cpu;

/**
 * Multiplies rows of A by panels of a {@link PackedMatrix}.
 *
 * <p>Each element of C is one chain of fused multiply-adds over k = 0, 1, ..: its bits do not
 * depend on the number of rows, on the ranges, nor on the thread. C must not overlap A.
 *
 * <p>An instance holds scratch memory: one per thread.
 */
final class Product {
  private final PanelProduct panel = new PanelProduct();

  /**
   * Computes {@code C[m, :] = S[m, :] + A[m, :] * B} in the columns of the panels {@code [from,
   * to)}. S may be C (to accumulate), one row with stride 0 (a bias), or another matrix with C's
   * columns.
   *
   * @param a [rows, K] at {@code aOffset}, rows {@code aStride} apart
   * @param s [rows, destinations] at {@code sOffset}, rows {@code sStride} apart
   * @param c [rows, destinations] at {@code cOffset}, rows {@code cStride} apart
   */
  void multiply(
      float[] a,
      int aOffset,
      int aStride,
      int rows,
      PackedMatrix b,
      int from,
      int to,
      float[] s,
      int sOffset,
      int sStride,
      float[] c,
      int cOffset,
      int cStride) {
    // A block of rows stays in the L2 cache while all panels pass by.
    for (int m = 0; m < rows; m += Tiles.ROW_BLOCK) {
      int count = Math.min(Tiles.ROW_BLOCK, rows - m);
      panel.start(s, sOffset + m * sStride, sStride);
      panel.target(c, cOffset + m * cStride, cStride);
      for (int k = 0; k < b.depth(); k += Tiles.PACKED_DEPTH_BLOCK) {
        panel.left(a, aOffset + m * aStride + k, aStride);
        panels(count, b, from, to, k);
        panel.startFromTarget();
      }
    }
  }

  /** Computes {@code C = A * B}; see {@link #multiply}. */
  void overwrite(
      float[] a,
      int aOffset,
      int aStride,
      int rows,
      PackedMatrix b,
      int from,
      int to,
      float[] c,
      int cOffset,
      int cStride) {
    multiply(a, aOffset, aStride, rows, b, from, to, b.zeros(), 0, 0, c, cOffset, cStride);
  }

  /** Computes {@code C = C + A * B}; see {@link #multiply}. */
  void accumulate(
      float[] a,
      int aOffset,
      int aStride,
      int rows,
      PackedMatrix b,
      int from,
      int to,
      float[] c,
      int cOffset,
      int cStride) {
    multiply(a, aOffset, aStride, rows, b, from, to, c, cOffset, cStride, c, cOffset, cStride);
  }

  /** Adds the terms k, k + 1, .. of one block. */
  private void panels(int rows, PackedMatrix b, int from, int to, int k) {
    int depth = Math.min(Tiles.PACKED_DEPTH_BLOCK, b.depth() - k);
    int count;
    for (int p = from; p < to; p += count) {
      count = 1;
      int vectors = b.panelVectors(p);
      int bOffset = b.panelOffset(p) + k * vectors * Lanes.COUNT;
      int first = b.panelFirst(p);
      if (b.isPartial(p)) {
        panel.runPartial(
            rows, b.data(), bOffset, vectors, depth, b.destinations(), first, b.lanes());
      } else if (rows == 1 && vectors == Lanes.PANEL_VECTORS) {
        count = fullPanels(b, p, to);
        int stride = b.panelOffset(p + 1) - b.panelOffset(p);
        panel.runRow(b.data(), bOffset, count, stride, depth, b.destinations(), first);
      } else {
        panel.run(rows, b.data(), bOffset, vectors, depth, b.destinations(), first);
      }
    }
  }

  /** Returns how many panels from p on are full and stored whole, counting to ROW_PANELS. */
  private static int fullPanels(PackedMatrix b, int p, int to) {
    int end = Math.min(to, p + Tiles.ROW_PANELS);
    int count = 0;
    while (p < end && b.panelVectors(p) == Lanes.PANEL_VECTORS && !b.isPartial(p)) {
      p++;
      count++;
    }
    return count;
  }
}
