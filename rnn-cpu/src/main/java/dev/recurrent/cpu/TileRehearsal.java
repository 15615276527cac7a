package dev.recurrent.cpu;

/** Rehearses a tile on a few steps of k; a call with a negative depth returns at once. */
final class TileRehearsal implements Rehearsal.Code {
  private static final int DEPTH = 16;

  private final Tile tile;
  private final float[] a;
  private final float[] b;
  private final float[] c;
  private final int width;
  private final int[] columns;
  private final int panelStride;
  private final int vectors;
  private final int rows;

  TileRehearsal(Tile tile, int rows, int vectors, int panels, TileCompiler.Layout layout) {
    this.tile = tile;
    this.rows = rows;
    this.vectors = vectors * panels;
    width = this.vectors * Lanes.COUNT;
    a = new float[rows * DEPTH];
    b = new float[width * DEPTH];
    c = new float[width * rows];
    columns = new int[this.vectors];
    for (int v = 0; v < columns.length; v++) {
      columns[v] = v * Lanes.COUNT;
    }
    panelStride =
        layout == TileCompiler.Layout.ROWS_BY_ROWS ? width : vectors * Lanes.COUNT * DEPTH;
  }

  @Override
  public void skip() {
    run(-1);
  }

  @Override
  public void perform() {
    run(DEPTH);
  }

  @Override
  public long operations() {
    return (long) DEPTH * rows * vectors;
  }

  private void run(int depth) {
    tile.run(a, 0, DEPTH, b, 0, panelStride, depth, c, 0, width, c, 0, width, columns, 0);
  }
}
