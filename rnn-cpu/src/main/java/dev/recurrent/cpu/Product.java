package dev.recurrent.cpu;

import java.util.Arrays;

/**
 * Multiplies rows of A by panels of a {@link PackedMatrix}.
 *
 * <p>Each element of C is one chain of fused multiply-adds over k = 0, 1, ..: its bits do not depend
 * on the number of rows, on the ranges, nor on the thread. Rows that C and A share must not overlap.
 *
 * <p>An instance holds scratch memory: one per thread.
 */
final class Product {
  private final float[] scratch = // one tile, for panels that must not be stored whole
      new float[Lanes.TILE_ROWS * Lanes.PANEL_VECTORS * Lanes.COUNT];
  private final int[] scratchColumns = new int[Lanes.PANEL_VECTORS];

  Product() {
    for (int v = 0; v < scratchColumns.length; v++) {
      scratchColumns[v] = v * Lanes.COUNT;
    }
  }

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
      block(
          a,
          aOffset + m * aStride,
          aStride,
          count,
          b,
          from,
          to,
          s,
          sOffset + m * sStride,
          sStride,
          c,
          cOffset + m * cStride,
          cStride);
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
    multiply(
        a, aOffset, aStride, rows, b, from, to, b.zeros(), 0, 0, c, cOffset, cStride);
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
    multiply(
        a, aOffset, aStride, rows, b, from, to, c, cOffset, cStride, c, cOffset, cStride);
  }

  private void block(
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
    int depth = b.depth();
    for (int k = 0; k < depth; k += Tiles.DEPTH_BLOCK) {
      int kCount = Math.min(Tiles.DEPTH_BLOCK, depth - k);
      if (k > 0) {
        s = c;
        sOffset = cOffset;
        sStride = cStride;
      }
      for (int p = from; p < to; ) {
        int vectors = b.panelVectors(p);
        int bOffset = b.panelOffset(p) + k * vectors * Lanes.COUNT;
        if (b.isPartial(p)) {
          partialPanel(
              a, aOffset + k, aStride, rows, b, p, bOffset, kCount, s, sOffset, sStride, c, cOffset,
              cStride);
          p++;
        } else if (rows == 1 && fullPanels(b, p, to) >= Tiles.ROW_PANELS) {
          Tiles.ROW.run(
              a,
              aOffset + k,
              aStride,
              b.data(),
              bOffset,
              b.panelOffset(p + 1) - b.panelOffset(p),
              kCount,
              s,
              sOffset,
              sStride,
              c,
              cOffset,
              cStride,
              b.destinations(),
              b.panelFirst(p));
          p += Tiles.ROW_PANELS;
        } else {
          for (int m = 0; m < rows; ) {
            int height = Tiles.height(rows - m);
            Tiles.rowMajor(height, vectors)
                .run(
                    a,
                    aOffset + m * aStride + k,
                    aStride,
                    b.data(),
                    bOffset,
                    0,
                    kCount,
                    s,
                    sOffset + m * sStride,
                    sStride,
                    c,
                    cOffset + m * cStride,
                    cStride,
                    b.destinations(),
                    b.panelFirst(p));
            m += height;
          }
          p++;
        }
      }
    }
  }

  /** Returns how many panels from p on are of full width and stored whole, counting to a few. */
  private static int fullPanels(PackedMatrix b, int p, int to) {
    int end = Math.min(to, p + Tiles.ROW_PANELS);
    int count = 0;
    while (p < end && b.panelVectors(p) == Lanes.PANEL_VECTORS && !b.isPartial(p)) {
      p++;
      count++;
    }
    return count;
  }

  private void partialPanel(
      float[] a,
      int aOffset,
      int aStride,
      int rows,
      PackedMatrix b,
      int p,
      int bOffset,
      int kCount,
      float[] s,
      int sOffset,
      int sStride,
      float[] c,
      int cOffset,
      int cStride) {
    int vectors = b.panelVectors(p);
    int stride = vectors * Lanes.COUNT;
    for (int m = 0; m < rows; ) {
      int height = Tiles.height(rows - m);
      Arrays.fill(scratch, 0, height * stride, 0);
      for (int v = 0; v < vectors; v++) {
        var column = b.column(b.panelFirst(p) + v);
        for (int r = 0; r < height; r++) {
          int at = sOffset + (m + r) * sStride + column.destination();
          System.arraycopy(s, at, scratch, r * stride + v * Lanes.COUNT, column.lanes());
        }
      }
      Tiles.rowMajor(height, vectors)
          .run(
              a,
              aOffset + m * aStride,
              aStride,
              b.data(),
              bOffset,
              0,
              kCount,
              scratch,
              0,
              stride,
              scratch,
              0,
              stride,
              scratchColumns,
              0);
      for (int v = 0; v < vectors; v++) {
        var column = b.column(b.panelFirst(p) + v);
        for (int r = 0; r < height; r++) {
          int at = cOffset + (m + r) * cStride + column.destination();
          System.arraycopy(scratch, r * stride + v * Lanes.COUNT, c, at, column.lanes());
        }
      }
      m += height;
    }
  }
}
