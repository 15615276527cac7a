package dev.recurrent.cpu;

import jdk.incubator.vector.FloatVector;

/** Copies columns of a matrix into the order of the register tiles. */
final class Packing {
  private Packing() {}

  /**
   * Writes one vector column {@code [depth][Lanes.COUNT]}, each row {@code targetStride} after the
   * one before; lanes from {@code lanes} on become zero.
   */
  static void packColumn(
      float[] source,
      int offset,
      int strideK,
      int strideN,
      int lanes,
      int depth,
      float[] target,
      int targetOffset,
      int targetStride) {
    if (lanes == Lanes.COUNT && strideN == 1) {
      copyRows(source, offset, strideK, depth, target, targetOffset, targetStride);
      return;
    }
    int k = 0;
    if (lanes == Lanes.COUNT && lanes >= 8 && strideK == 1) { // below, scalars are as fast
      for (; k + Lanes.COUNT <= depth; k += Lanes.COUNT) {
        int to = targetOffset + k * targetStride;
        Transposition.block(source, offset + k, strideN, target, to, targetStride);
      }
    }
    int from = offset + k * strideK;
    int to = targetOffset + k * targetStride;
    gather(source, from, strideK, strideN, lanes, depth - k, target, to, targetStride);
  }

  private static void copyRows(
      float[] source, int offset, int strideK, int depth, float[] target, int t, int targetStride) {
    for (int k = 0; k < depth; k++) {
      FloatVector.fromArray(Lanes.SPECIES, source, offset + k * strideK)
          .intoArray(target, t + k * targetStride);
    }
  }

  private static void gather(
      float[] source,
      int offset,
      int strideK,
      int strideN,
      int lanes,
      int depth,
      float[] target,
      int targetOffset,
      int targetStride) {
    for (int lane = 0; lane < lanes; lane++) {
      int from = offset + lane * strideN;
      int to = targetOffset + lane;
      for (int k = 0; k < depth; k++) {
        target[to + k * targetStride] = source[from + k * strideK];
      }
    }
    for (int lane = lanes; lane < Lanes.COUNT; lane++) {
      int to = targetOffset + lane;
      for (int k = 0; k < depth; k++) {
        target[to + k * targetStride] = 0;
      }
    }
  }

  /**
   * Writes whole vectors of adjacent columns in panels {@code [depth][PANEL_VECTORS][lanes]}, from
   * {@link Lanes#ALIGNED} on, row by row of the source, as memory is read fastest.
   *
   * @param offset where vector 0 begins in the source
   * @param from first vector to write, the first of its panel; up to {@code to}
   * @param vectors number of vectors in all panels, those not written included
   */
  static void packRows(
      float[] source,
      int offset,
      int strideK,
      int depth,
      int from,
      int to,
      int vectors,
      float[] target) {
    for (int k = 0; k < depth; k++) {
      int row = offset + k * strideK;
      for (int v = from; v < to; v += Lanes.PANEL_VECTORS) {
        int width = Math.min(Lanes.PANEL_VECTORS, vectors - v);
        int present = Math.min(Lanes.PANEL_VECTORS, to - v);
        int panel = Lanes.ALIGNED + (v * depth + k * width) * Lanes.COUNT;
        for (int i = 0; i < present; i++) {
          FloatVector.fromArray(Lanes.SPECIES, source, row + (v + i) * Lanes.COUNT)
              .intoArray(target, panel + i * Lanes.COUNT);
        }
      }
    }
  }

  /** Returns the distance of the tiles that {@link #packTiles} writes. */
  static int tileStride(int depth) {
    // A vector more than needed: the last one stored may run over. It also spreads the tiles over
    // the sets of the L1 cache.
    return depth * Lanes.TILE_ROWS + Lanes.COUNT;
  }

  /**
   * Writes rows of A in tiles of {@link Lanes#TILE_ROWS}, as {@code [tile][depth][TILE_ROWS]}, the
   * tiles {@link #tileStride} apart; rows from {@code rows} on become zero.
   *
   * @param row first row of A, of tile 0
   * @param k first column of A
   * @param from first tile to write, up to {@code to}
   */
  static void packTiles(
      MatrixView a, int row, int rows, int k, int depth, int from, int to, float[] target) {
    int whole = Math.min(to, rows / Lanes.TILE_ROWS);
    int vectorDepth = 0;
    if (a.rowStride() == 1 && from < whole) {
      // The last vector of a row may run beyond the array.
      int start = a.offset() + row + from * Lanes.TILE_ROWS + k * a.columnStride();
      int end = start + (whole - from) * Lanes.TILE_ROWS + Lanes.COUNT;
      while (vectorDepth < depth
          && end + (long) vectorDepth * a.columnStride() <= a.data().length) {
        packVectors(
            a.data(),
            start + vectorDepth * a.columnStride(),
            whole - from,
            target,
            from * tileStride(depth) + vectorDepth * Lanes.TILE_ROWS,
            tileStride(depth));
        vectorDepth++;
      }
    }
    for (int tile = from; tile < to; tile++) {
      int present = Math.min(Lanes.TILE_ROWS, rows - tile * Lanes.TILE_ROWS);
      for (int i = tile < whole ? vectorDepth : 0; i < depth; i++) {
        packScalars(a, row, k, depth, tile, i, present, target);
      }
    }
  }

  /** Writes one column of A to {@code tiles} tiles. */
  private static void packVectors(
      float[] source, int from, int tiles, float[] target, int to, int tileStride) {
    int last = Math.max(0, Lanes.TILE_ROWS - Lanes.COUNT);
    for (int t = 0; t < tiles; t++) {
      int s = from + t * Lanes.TILE_ROWS;
      int d = to + t * tileStride;
      for (int r = 0; r < last; r += Lanes.COUNT) {
        FloatVector.fromArray(Lanes.SPECIES, source, s + r).intoArray(target, d + r);
      }
      FloatVector.fromArray(Lanes.SPECIES, source, s + last).intoArray(target, d + last);
    }
  }

  private static void packScalars(
      MatrixView a, int row, int k, int depth, int tile, int i, int present, float[] target) {
    int from =
        a.offset() + (row + tile * Lanes.TILE_ROWS) * a.rowStride() + (k + i) * a.columnStride();
    int to = tile * tileStride(depth) + i * Lanes.TILE_ROWS;
    for (int r = 0; r < Lanes.TILE_ROWS; r++) {
      target[to + r] = r < present ? a.data()[from + r * a.rowStride()] : 0;
    }
  }
}
