package dev.recurrent.cpu;

import jdk.incubator.vector.FloatVector;

/** Copies columns of a matrix into the order of the register tiles. */
final class Packing {
  private static final int TILE_GROUP = 8;

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
    } else {
      gather(
          source, offset, strideK, strideN, lanes, depth, target, targetOffset, targetStride);
    }
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
   * Writes rows of A in tiles of {@link Lanes#TILE_ROWS}, as {@code [tile][depth][TILE_ROWS]}; rows
   * from {@code rows} on become zero.
   *
   * @param row first row of A, of tile 0
   * @param k first column of A
   * @param from first tile to write, up to {@code to}
   */
  static void packTiles(
      MatrixView a, int row, int rows, int k, int depth, int from, int to, float[] target) {
    int whole = Math.min(to, rows / Lanes.TILE_ROWS);
    int tile = from;
    while (tile < whole) {
      // Neighbouring tiles share cache lines of A, whose rows are often a power of 2 apart.
      int group = Math.min(TILE_GROUP, whole - tile);
      packWholeTiles(a, row, k, depth, tile, group, target);
      tile += group;
    }
    for (; tile < to; tile++) {
      int present = Math.min(Lanes.TILE_ROWS, rows - tile * Lanes.TILE_ROWS);
      for (int i = 0; i < depth; i++) {
        packScalars(a, row, k, depth, tile, i, present, target);
      }
    }
  }

  private static void packWholeTiles(
      MatrixView a, int row, int k, int depth, int tile, int group, float[] target) {
    float[] source = a.data();
    int size = depth * Lanes.TILE_ROWS;
    int vectorDepth = 0;
    if (a.rowStride() == 1) {
      // A vector store may run over its tile's column into the next, but not into the next tile
      // nor may a load run beyond the array.
      int spill = Math.max(0, Lanes.COUNT - Lanes.TILE_ROWS);
      int lastRow = row + (tile + group) * Lanes.TILE_ROWS;
      int room = source.length - spill - a.offset() - lastRow;
      int safe = room < 0 ? 0 : a.columnStride() == 0 ? depth : room / a.columnStride() - k + 1;
      int last = depth - (spill + Lanes.TILE_ROWS - 1) / Lanes.TILE_ROWS;
      vectorDepth = Math.max(0, Math.min(safe, last));
      packVectors(
          source,
          a.offset() + k * a.columnStride() + row + tile * Lanes.TILE_ROWS,
          a.columnStride(),
          vectorDepth,
          size,
          group,
          target,
          tile * size);
    }
    for (int i = vectorDepth; i < depth; i++) {
      for (int t = tile; t < tile + group; t++) {
        packScalars(a, row, k, depth, t, i, Lanes.TILE_ROWS, target);
      }
    }
  }

  private static void packVectors(
      float[] source, int from, int stride, int depth, int size, int group, float[] target, int to) {
    int last = Math.max(0, Lanes.TILE_ROWS - Lanes.COUNT);
    for (int i = 0; i < depth; i++) {
      for (int t = 0; t < group; t++) {
        int s = from + i * stride + t * Lanes.TILE_ROWS;
        int d = to + i * Lanes.TILE_ROWS + t * size;
        for (int r = 0; r < last; r += Lanes.COUNT) {
          FloatVector.fromArray(Lanes.SPECIES, source, s + r).intoArray(target, d + r);
        }
        FloatVector.fromArray(Lanes.SPECIES, source, s + last).intoArray(target, d + last);
      }
    }
  }

  private static void packScalars(
      MatrixView a, int row, int k, int depth, int tile, int i, int present, float[] target) {
    int from =
        a.offset() + (row + tile * Lanes.TILE_ROWS) * a.rowStride() + (k + i) * a.columnStride();
    int to = (tile * depth + i) * Lanes.TILE_ROWS;
    for (int r = 0; r < Lanes.TILE_ROWS; r++) {
      target[to + r] = r < present ? a.data()[from + r * a.rowStride()] : 0;
    }
  }
}
