package dev.recurrent.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Multiplies rows of A by one panel of B, tile by tile.
 *
 * <p>The operands that stay the same over several panels are set once: {@link #left}, {@link
 * #start}, {@link #target}. Holds scratch memory: one instance per thread.
 */
final class PanelProduct {
  private final float[] scratch = // a tile of C, for panels that must not be stored whole
      new float[Lanes.TILE_ROWS * Lanes.PANEL_VECTORS * Lanes.COUNT];
  private final int[] scratchColumns = new int[Lanes.PANEL_VECTORS];

  private float[] a = {};
  private int aOffset;
  private int aStride;
  private boolean aPacked;
  private float[] s = {};
  private int sOffset;
  private int sStride;
  private float[] c = {};
  private int cOffset;
  private int cStride;

  PanelProduct() {
    for (int v = 0; v < scratchColumns.length; v++) {
      scratchColumns[v] = v * Lanes.COUNT;
    }
  }

  /** Sets A row-major: element (r, k) is {@code a[aOffset + r * aStride + k]}. */
  void left(float[] a, int aOffset, int aStride) {
    this.a = a;
    this.aOffset = aOffset;
    this.aStride = aStride;
    aPacked = false;
  }

  /**
   * Sets A packed in tiles of {@link Lanes#TILE_ROWS} rows, {@code tileStride} apart: element (r,
   * k) of a tile is {@code a[tile + k * TILE_ROWS + r]}; rows beyond the last are zero.
   */
  void leftPacked(float[] a, int aOffset, int tileStride) {
    this.a = a;
    this.aOffset = aOffset;
    this.aStride = tileStride;
    aPacked = true;
  }

  /** Sets what the sums start from, rows {@code sStride} apart; 0 repeats one row. */
  void start(float[] s, int sOffset, int sStride) {
    this.s = s;
    this.sOffset = sOffset;
    this.sStride = sStride;
  }

  /** Sets C, rows {@code cStride} apart. */
  void target(float[] c, int cOffset, int cStride) {
    this.c = c;
    this.cOffset = cOffset;
    this.cStride = cStride;
  }

  /** Lets the following sums start from what C holds. */
  void startFromTarget() {
    start(c, cOffset, cStride);
  }

  /**
   * Computes rows {@code [0, rows)} in the columns of one panel.
   *
   * @param b panel {@code [depth][vectors][lanes]} at {@code bOffset}
   * @param d columns of C and S that the vectors go to, from index {@code dFirst}
   */
  void run(int rows, float[] b, int bOffset, int vectors, int depth, int[] d, int dFirst) {
    int height;
    for (int m = 0; m < rows; m += height) {
      height = height(rows - m);
      int sRow = sOffset + m * sStride;
      int cRow = cOffset + m * cStride;
      if (height < Lanes.TILE_ROWS && aPacked) {
        throughScratch(m, height, b, bOffset, vectors, depth, d, dFirst, null);
      } else {
        tile(height, vectors, depth)
            .run(
                a, left(m), aStride, b, bOffset, 0, depth, s, sRow, sStride, c, cRow, cStride, d,
                dFirst);
      }
    }
  }

  /** Computes as {@link #run} does, where vector v touches only {@code lanes[dFirst + v]} lanes. */
  void runPartial(
      int rows, float[] b, int bOffset, int vectors, int depth, int[] d, int dFirst, int[] lanes) {
    int height;
    for (int m = 0; m < rows; m += height) {
      height = height(rows - m);
      throughScratch(m, height, b, bOffset, vectors, depth, d, dFirst, lanes);
    }
  }

  /**
   * Computes a single row in {@code panels} full panels, {@code panelStride} apart, at most {@link
   * Tiles#ROW_PANELS}.
   */
  void runRow(float[] b, int bOffset, int panels, int panelStride, int depth, int[] d, int dFirst) {
    prepared(Tiles.row(panels), (long) Lanes.PANEL_VECTORS * panels * depth)
        .run(
            a,
            aOffset,
            aStride,
            b,
            bOffset,
            panelStride,
            depth,
            s,
            sOffset,
            sStride,
            c,
            cOffset,
            cStride,
            d,
            dFirst);
  }

  /**
   * Computes few rows ({@link Tiles#DIRECT_ROWS} at most) in {@code panels} times PANEL_VECTORS
   * adjacent vectors of a row-major B, its rows {@code bStride} apart.
   */
  void runDirect(
      int rows, float[] b, int bOffset, int bStride, int panels, int depth, int[] d, int dFirst) {
    int most = rows == 1 ? Tiles.ROW_PANELS : 1;
    int count;
    for (int p = 0; p < panels; p += count) {
      count = Math.min(most, panels - p);
      int v = p * Lanes.PANEL_VECTORS;
      prepared(Tiles.direct(rows, count), (long) rows * count * Lanes.PANEL_VECTORS * depth)
          .run(
              a,
              aOffset,
              aStride,
              b,
              bOffset + v * Lanes.COUNT,
              bStride,
              depth,
              s,
              sOffset,
              sStride,
              c,
              cOffset,
              cStride,
              d,
              dFirst + v);
    }
  }

  private void throughScratch(
      int m,
      int height,
      float[] b,
      int bOffset,
      int vectors,
      int depth,
      int[] d,
      int dFirst,
      int @Nullable [] lanes) {
    int stride = vectors * Lanes.COUNT;
    Arrays.fill(scratch, 0);
    for (int r = 0; r < height; r++) {
      for (int v = 0; v < vectors; v++) {
        int at = sOffset + (m + r) * sStride + d[dFirst + v];
        int count = lanes == null ? Lanes.COUNT : lanes[dFirst + v];
        System.arraycopy(s, at, scratch, r * stride + v * Lanes.COUNT, count);
      }
    }
    tile(height, vectors, depth)
        .run(
            a,
            left(m),
            aStride,
            b,
            bOffset,
            0,
            depth,
            scratch,
            0,
            stride,
            scratch,
            0,
            stride,
            scratchColumns,
            0);
    for (int r = 0; r < height; r++) {
      for (int v = 0; v < vectors; v++) {
        int at = cOffset + (m + r) * cStride + d[dFirst + v];
        int count = lanes == null ? Lanes.COUNT : lanes[dFirst + v];
        System.arraycopy(scratch, r * stride + v * Lanes.COUNT, c, at, count);
      }
    }
  }

  private int left(int m) {
    return aPacked ? aOffset + m / Lanes.TILE_ROWS * aStride : aOffset + m * aStride;
  }

  private int height(int left) {
    return aPacked ? Math.min(Lanes.TILE_ROWS, left) : Tiles.height(left);
  }

  private Tile tile(int height, int vectors, int depth) {
    var tile = aPacked ? Tiles.packed(vectors) : Tiles.rowMajor(height, vectors);
    return prepared(tile, (long) height * vectors * depth);
  }

  private static Tile prepared(Tile tile, long operations) {
    tile.prepare(operations);
    return tile;
  }
}
