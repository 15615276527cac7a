package dev.recurrent.cpu;

/** Holds the register tiles of this machine and the block sizes that keep its caches warm. */
final class Tiles {
  /** Rows of A that stay in the L2 cache while the panels of B pass by. */
  static final int ROW_BLOCK = 20 * Lanes.TILE_ROWS;

  /** Steps of k after which C is stored and loaded again, so that a panel stays near. */
  static final int DEPTH_BLOCK = 256;

  /** Panels that {@link #ROW} takes at once, for eight independent chains. */
  static final int ROW_PANELS = 8 / Lanes.PANEL_VECTORS;

  /** One row of A times several panels: hides the latency of the multiply-add. */
  static final Tile ROW =
      TileCompiler.compile(
          1, Lanes.PANEL_VECTORS, ROW_PANELS, TileCompiler.Left.ROW_MAJOR);

  private static final Tile[] ROW_MAJOR = new Tile[Lanes.TILE_ROWS * Lanes.PANEL_VECTORS];
  private static final Tile[] PACKED = new Tile[Lanes.PANEL_VECTORS];

  static {
    for (int v = 1; v <= Lanes.PANEL_VECTORS; v++) {
      for (int r = 1; r <= Lanes.TILE_ROWS; r++) {
        ROW_MAJOR[index(r, v)] = TileCompiler.compile(r, v, 1, TileCompiler.Left.ROW_MAJOR);
      }
      PACKED[v - 1] = TileCompiler.compile(Lanes.TILE_ROWS, v, 1, TileCompiler.Left.PACKED);
    }
  }

  private Tiles() {}

  /** Returns the tile of {@code rows} (1 to TILE_ROWS) x {@code vectors} (1 to PANEL_VECTORS). */
  static Tile rowMajor(int rows, int vectors) {
    return ROW_MAJOR[index(rows, vectors)];
  }

  /** Returns the tile of TILE_ROWS x {@code vectors} whose A is packed {@code [k][TILE_ROWS]}. */
  static Tile packed(int vectors) {
    return PACKED[vectors - 1];
  }

  /** Returns how many rows to take next: 7 is 4 + 3, not 6 + 1. */
  static int height(int left) {
    return left == Lanes.TILE_ROWS + 1 ? 4 : Math.min(Lanes.TILE_ROWS, left);
  }

  private static int index(int rows, int vectors) {
    return (vectors - 1) * Lanes.TILE_ROWS + rows - 1;
  }
}
