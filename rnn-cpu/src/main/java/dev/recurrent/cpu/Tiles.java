package dev.recurrent.cpu;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** Holds the register tiles of this machine and the block sizes that keep its caches warm. */
final class Tiles {
  /** Rows of A that stay in the L2 cache while the panels of B pass by. */
  static final int ROW_BLOCK = 20 * Lanes.TILE_ROWS;

  /**
   * Steps of k that {@link Gemm} packs at once: with more of them what is packed leaves the caches,
   * with fewer C comes and goes more often (the gradient of a weight at H = 1024 takes 7 % longer
   * with 256).
   */
  static final int DEPTH_BLOCK = 512;

  /**
   * Steps of k after which a product with a packed matrix stores C and loads it again. A panel
   * streams out of the L2 cache as fast as a tile needs it, but each load of C waits: at H = 512
   * whole rows take 12 % less time than blocks of 256. Six rows of this length fit the L1 cache.
   */
  static final int PACKED_DEPTH_BLOCK = 1024;

  /**
   * Most panels that a single row takes at once: many independent chains hide the latency of the
   * multiply-add and of the L2 cache (200 GB/s with 4, 131 with 2, 118 with 1).
   */
  static final int ROW_PANELS = 4;

  // Compiled when first used: each takes milliseconds, and a program uses few.
  private static final AtomicReferenceArray<Tile> ROW_MAJOR =
      new AtomicReferenceArray<>(Lanes.TILE_ROWS * Lanes.PANEL_VECTORS);
  private static final AtomicReferenceArray<Tile> PACKED =
      new AtomicReferenceArray<>(Lanes.PANEL_VECTORS);
  private static final AtomicReferenceArray<Tile> ROW = new AtomicReferenceArray<>(ROW_PANELS);

  /** Most rows for which reading B in place beats packing it first. */
  static final int DIRECT_ROWS = 3;

  private static final AtomicReferenceArray<Tile> DIRECT =
      new AtomicReferenceArray<>(DIRECT_ROWS * ROW_PANELS);

  private Tiles() {}

  /** Returns the tile of {@code rows} (1 to TILE_ROWS) x {@code vectors} (1 to PANEL_VECTORS). */
  static Tile rowMajor(int rows, int vectors) {
    int index = (vectors - 1) * Lanes.TILE_ROWS + rows - 1;
    var tile = ROW_MAJOR.getAcquire(index);
    return tile != null
        ? tile
        : keep(
            ROW_MAJOR,
            index,
            TileCompiler.compile(rows, vectors, 1, TileCompiler.Layout.ROWS_BY_PANELS));
  }

  /** Returns the tile of TILE_ROWS x {@code vectors} whose A is packed {@code [k][TILE_ROWS]}. */
  static Tile packed(int vectors) {
    var tile = PACKED.getAcquire(vectors - 1);
    return tile != null
        ? tile
        : keep(
            PACKED,
            vectors - 1,
            TileCompiler.compile(Lanes.TILE_ROWS, vectors, 1, TileCompiler.Layout.TILES_BY_PANELS));
  }

  /** Returns the tile of one row x {@code panels} (1 to ROW_PANELS) full panels. */
  static Tile row(int panels) {
    var tile = ROW.getAcquire(panels - 1);
    return tile != null
        ? tile
        : keep(
            ROW,
            panels - 1,
            TileCompiler.compile(
                1, Lanes.PANEL_VECTORS, panels, TileCompiler.Layout.ROWS_BY_PANELS));
  }

  /**
   * Returns the tile of {@code rows} (1 to DIRECT_ROWS) x {@code panels} times PANEL_VECTORS
   * adjacent vectors of a row-major B; more than one panel only for one row.
   */
  static Tile direct(int rows, int panels) {
    int index = (panels - 1) * DIRECT_ROWS + rows - 1;
    var tile = DIRECT.getAcquire(index);
    var layout = TileCompiler.Layout.ROWS_BY_ROWS;
    return tile != null
        ? tile
        : keep(DIRECT, index, TileCompiler.compile(rows, panels * Lanes.PANEL_VECTORS, 1, layout));
  }

  /** Keeps a compiled tile, unless another thread has kept the same one before. */
  private static Tile keep(AtomicReferenceArray<Tile> tiles, int index, Tile compiled) {
    var first = tiles.compareAndExchange(index, null, compiled);
    return first != null ? first : compiled;
  }

  /** Returns how many rows to take next: 7 is 4 + 3, not 6 + 1, and 8 is 4 + 4. */
  static int height(int left) {
    boolean leavesFew = left == Lanes.TILE_ROWS + 1 || left == Lanes.TILE_ROWS + 2;
    return leavesFew ? 4 : Math.min(Lanes.TILE_ROWS, left);
  }
}
