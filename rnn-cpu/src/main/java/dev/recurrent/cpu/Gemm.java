package dev.recurrent.cpu;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Multiplies matrices of any strides with the workers of a pool.
 *
 * <p>B is packed block by block into panels, A only where its rows are not contiguous. Each element
 * of C is one chain of fused multiply-adds over k = 0, 1, .., the same as in {@link Product}: its
 * bits depend neither on the sizes of the other dimensions nor on the number of workers.
 *
 * <p>An instance is the working memory of one call at a time: each thread takes one out of a {@link
 * WorkspacePool}. Buffers grow to the largest call so far and are kept. Not to be called inside a
 * task of the same workers.
 */
final class Gemm {
  /** Multiply-adds below which other workers are not worth waking. */
  private static final long ALONE = 1 << 20;

  private static final MatrixView NOTHING = new MatrixView(new float[0], 0, 0, 0, 0, 0);
  private static final int COLUMN_BLOCK = 128 * Lanes.COUNT;
  private static final int PANEL_COLUMNS = Lanes.PANEL_VECTORS * Lanes.COUNT;
  private static final int PACKED_ROW_BLOCK = 170 * Lanes.TILE_ROWS;

  private final Workers workers;
  private final PanelProduct[] panels; // [workers]
  private final Product[] products; // [workers]
  private final Workers.Task general = this::shareOfGeneral;
  private final Workers.Task packed = this::shareOfPacked;

  private float[] zeros = new float[0]; // what C starts from
  private int[] columns = new int[0]; // first column of each vector
  private int[] lanes = new int[0]; // valid lanes of each vector of the last block of columns
  private float[] packedB = new float[0]; // from ALIGNED on [panels][depth][vectors][lanes]
  private float[] packedA = new float[0]; // [tiles][depth][TILE_ROWS]

  // the call in progress
  private MatrixView a = NOTHING;
  private MatrixView b = NOTHING;
  private MatrixView b2 = NOTHING; // where a call has two products
  private @Nullable PackedMatrix packedMatrix;
  private MatrixView c = NOTHING;
  private MatrixView c2 = NOTHING;
  private int split; // panels of b, the same panels of c; those of b2 and c2 follow
  private int width; // columns of both
  private float[] s = {};
  private int sOffset;
  private int sStride;
  private int active; // workers that take part
  private int gridRows;
  private int gridColumns;
  private int rowBlock; // rows of A between two barriers
  private boolean direct; // whether full panels of B are read in place

  Gemm(Workers workers) {
    this.workers = workers;
    panels = new PanelProduct[workers.count()];
    products = new Product[workers.count()];
    Arrays.setAll(panels, w -> new PanelProduct());
    Arrays.setAll(products, w -> new Product());
  }

  /** Computes {@code C = A * B} for A [M, K], B [K, N], C [M, N]; C must not overlap them. */
  void overwrite(MatrixView c, MatrixView a, MatrixView b) {
    growColumns(c.columnStride() == 1 ? c.columns() : c.rows());
    multiply(c, a, b, zeros, 0, 0);
  }

  /** Computes {@code C = C + A * B} for A [M, K], B [K, N], C [M, N]. */
  void accumulate(MatrixView c, MatrixView a, MatrixView b) {
    if (c.columnStride() == 1) {
      multiply(c, a, b, c.data(), c.offset(), c.rowStride());
    } else {
      multiply(c, a, b, c.data(), c.offset(), c.columnStride());
    }
  }

  /**
   * Computes {@code C = C + A * B} and {@code C2 = C2 + A * B2}, where the shapes allow it with A
   * packed once; the bits are those of two calls.
   */
  void accumulate(MatrixView a, MatrixView c, MatrixView b, MatrixView c2, MatrixView b2) {
    boolean together =
        a.columnStride() != 1
            && c.columnStride() == 1
            && c2.columnStride() == 1
            && b.columns() % PANEL_COLUMNS == 0
            && b.columns() + b2.columns() <= COLUMN_BLOCK
            && c2.rows() == a.rows()
            && c2.columns() == b2.columns()
            && b2.rows() == a.columns();
    if (!together) {
      accumulate(c, a, b);
      accumulate(c2, a, b2);
      return;
    }
    this.b2 = b2;
    this.c2 = c2;
    multiply(c, a, b, c.data(), c.offset(), c.rowStride());
  }

  /**
   * Computes {@code C[m, :] = S[m, :] + A[m, :] * B} with all workers; see {@link
   * Product#multiply}.
   *
   * @param a [M, K], rows contiguous
   * @param c [M, destinations of B], rows contiguous
   */
  void multiply(MatrixView c, MatrixView a, PackedMatrix b, float[] s, int sOffset, int sStride) {
    if (a.columnStride() != 1 || c.columnStride() != 1) {
      throw new IllegalArgumentException(
          "a, c: expected contiguous rows, got column strides %d and %d"
              .formatted(a.columnStride(), c.columnStride()));
    }
    if (a.columns() != b.depth() || a.rows() != c.rows()) {
      throw new IllegalArgumentException(
          "a: expected [M=%d, K=%d], got [%d, %d]"
              .formatted(c.rows(), b.depth(), a.rows(), a.columns()));
    }
    begin(c, a, s, sOffset, sStride, b.vectorColumns() * Lanes.COUNT);
    cut(tiles(a.rows()), b.panels());
    packedMatrix = b;
    perform(packed);
  }

  private void multiply(
      MatrixView c, MatrixView a, MatrixView b, float[] s, int sOffset, int sStride) {
    if (a.rows() != c.rows() || b.columns() != c.columns() || a.columns() != b.rows()) {
      throw new IllegalArgumentException(
          "product: expected [M, K] x [K, N] = [M, N], got [%d, %d] x [%d, %d] = [%d, %d]"
              .formatted(a.rows(), a.columns(), b.rows(), b.columns(), c.rows(), c.columns()));
    }
    if (c.columnStride() != 1) {
      if (c.rowStride() != 1) {
        throw new IllegalArgumentException(
            "c: expected contiguous rows or columns, got strides %d and %d"
                .formatted(c.rowStride(), c.columnStride()));
      }
      multiply(c.transposed(), b.transposed(), a.transposed(), s, sOffset, sStride);
      return;
    }
    width = c.columns() + c2.columns();
    split = panels(c.columns());
    growColumns(width);
    begin(c, a, s, sOffset, sStride, width);
    this.b = b;
    cut(tiles(a.rows()), panels(Math.min(width, COLUMN_BLOCK)));
    rowBlock = Math.max(1, a.rows());
    direct = a.rows() <= Tiles.DIRECT_ROWS && a.columnStride() == 1 && b.columnStride() == 1;
    int depth = Math.min(a.columns(), Tiles.DEPTH_BLOCK);
    int block = Math.min(Lanes.padded(width), COLUMN_BLOCK);
    if (packedB.length < Lanes.ALIGNED + depth * block) {
      packedB = new float[Lanes.ALIGNED + depth * block];
    }
    if (a.columnStride() != 1) {
      int blocks = ceil(rowBlock, PACKED_ROW_BLOCK);
      rowBlock = ceil(ceil(rowBlock, blocks), Lanes.TILE_ROWS) * Lanes.TILE_ROWS;
      int size = tiles(rowBlock) * Packing.tileStride(depth);
      if (packedA.length < size) {
        packedA = new float[size];
      }
    }
    perform(general);
  }

  private void begin(MatrixView c, MatrixView a, float[] s, int sOffset, int sStride, int width) {
    workers.requireOpen();
    this.a = a;
    this.c = c;
    this.s = s;
    this.sOffset = sOffset;
    this.sStride = sStride;
    boolean alone = (long) a.rows() * width * a.columns() < ALONE;
    active = alone ? 1 : workers.worthwhile();
  }

  private void perform(Workers.Task task) {
    try {
      if (active == 1 || !workers.tryRun(task)) {
        active = 1; // others have the workers: the bits are the same
        gridRows = 1;
        gridColumns = 1;
        task.run(0);
      }
    } finally {
      a = NOTHING; // keeps no caller's arrays alive
      b = NOTHING;
      b2 = NOTHING;
      packedMatrix = null;
      c = NOTHING;
      c2 = NOTHING;
      s = NOTHING.data();
    }
  }

  private void growColumns(int width) {
    if (zeros.length < Lanes.padded(width)) {
      zeros = new float[Lanes.padded(width)];
    }
    int vectors = Lanes.vectors(Math.min(width, COLUMN_BLOCK));
    if (columns.length < vectors) {
      columns = new int[vectors];
      Arrays.setAll(columns, v -> v * Lanes.COUNT);
      lanes = new int[vectors];
    }
    Arrays.fill(lanes, Lanes.COUNT);
    if (width % Lanes.COUNT != 0) {
      lanes[width % COLUMN_BLOCK / Lanes.COUNT] = width % Lanes.COUNT;
    }
  }

  private void shareOfPacked(int worker) {
    var right = Objects.requireNonNull(packedMatrix);
    int first = firstRow(worker, a.rows());
    int rows = lastRow(worker, a.rows()) - first;
    products[worker].multiply(
        a.data(),
        a.offset() + first * a.rowStride(),
        a.rowStride(),
        rows,
        right,
        firstPanel(worker, right.panels()),
        lastPanel(worker, right.panels()),
        s,
        sOffset + first * sStride,
        sStride,
        c.data(),
        c.offset() + first * c.rowStride(),
        c.rowStride());
  }

  private void shareOfGeneral(int worker) {
    int depth = a.columns();
    for (int n = 0; n < width; n += COLUMN_BLOCK) {
      int block = Math.min(COLUMN_BLOCK, width - n);
      if (depth == 0) {
        compute(worker, 0, a.rows(), n, block, 0, 0);
      }
      for (int k = 0; k < depth; k += Tiles.DEPTH_BLOCK) {
        int count = Math.min(Tiles.DEPTH_BLOCK, depth - k);
        packB(worker, n, block, k, count);
        for (int m = 0; m < a.rows(); m += rowBlock) {
          int rows = Math.min(rowBlock, a.rows() - m);
          if (a.columnStride() != 1) {
            int tiles = tiles(rows);
            int from = part(worker, active, tiles);
            int to = part(worker + 1, active, tiles);
            Packing.packTiles(a, m, rows, k, count, from, to, packedA);
          }
          await(worker); // both operands are packed
          compute(worker, m, rows, n, block, k, count);
          await(worker); // and may be packed again
        }
      }
    }
  }

  /** Packs a worker's share of the columns {@code [n, n + block)}. */
  private void packB(int worker, int n, int block, int k, int count) {
    int vectors = Lanes.vectors(block);
    int from = part(worker, active, panels(block)) * Lanes.PANEL_VECTORS;
    int to = Math.min(vectors, part(worker + 1, active, panels(block)) * Lanes.PANEL_VECTORS);
    if (c2.columns() == 0) {
      packB(b, n, from, to, block, k, count);
      return;
    }
    int second = split * Lanes.PANEL_VECTORS;
    packB(b, n, from, Math.min(to, second), block, k, count);
    packB(b2, -split * PANEL_COLUMNS, Math.max(from, second), to, block, k, count);
  }

  /** Packs vectors of columns, of which vector 0 is column n of the source. */
  private void packB(MatrixView source, int n, int from, int to, int block, int k, int count) {
    int vectors = Lanes.vectors(block);
    int v = from;
    if (direct) {
      v = Math.max(from, block / PANEL_COLUMNS * Lanes.PANEL_VECTORS);
    } else if (source.columnStride() == 1 && from < to) {
      v = Math.max(from, Math.min(to, block / Lanes.COUNT)); // the last may be partial
      int offset = source.offset() + k * source.rowStride() + n;
      Packing.packRows(source.data(), offset, source.rowStride(), count, from, v, vectors, packedB);
    }
    for (; v < to; v++) {
      int panel = v / Lanes.PANEL_VECTORS * Lanes.PANEL_VECTORS; // its first vector
      int panelVectors = Math.min(Lanes.PANEL_VECTORS, vectors - panel);
      Packing.packColumn(
          source.data(),
          source.offset() + k * source.rowStride() + (n + columns[v]) * source.columnStride(),
          source.rowStride(),
          source.columnStride(),
          Math.min(Lanes.COUNT, block - columns[v]),
          count,
          packedB,
          Lanes.ALIGNED + panel * count * Lanes.COUNT + (v - panel) * Lanes.COUNT,
          panelVectors * Lanes.COUNT);
    }
  }

  /** Adds {@code count} terms to a worker's part of the block of C at row m, column n. */
  private void compute(int worker, int m, int rows, int n, int block, int k, int count) {
    int first = firstRow(worker, rows);
    int last = lastRow(worker, rows);
    int firstPanel = firstPanel(worker, panels(block));
    int lastPanel = lastPanel(worker, panels(block));
    var panel = panels[worker];
    for (int r = first; r < last; r += Tiles.ROW_BLOCK) {
      int height = Math.min(Tiles.ROW_BLOCK, last - r);
      if (a.columnStride() == 1) {
        panel.left(a.data(), a.offset() + (m + r) * a.rowStride() + k, a.rowStride());
      } else {
        int stride = Packing.tileStride(count);
        panel.leftPacked(packedA, r / Lanes.TILE_ROWS * stride, stride);
      }
      panel.target(c.data(), c.offset() + (m + r) * c.rowStride() + n, c.rowStride());
      if (k == 0) {
        panel.start(s, sOffset + (m + r) * sStride + n, sStride);
      } else {
        panel.startFromTarget();
      }
      if (c2.columns() == 0) {
        compute(panel, height, n, block, firstPanel, lastPanel, k, count);
        continue;
      }
      compute(panel, height, n, block, firstPanel, Math.min(lastPanel, split), k, count);
      int offset = c2.offset() + (m + r) * c2.rowStride() - split * PANEL_COLUMNS;
      panel.target(c2.data(), offset, c2.rowStride());
      panel.startFromTarget();
      compute(panel, height, n, block, Math.max(firstPanel, split), lastPanel, k, count);
    }
  }

  /** Adds to some rows of the panels {@code [from, to)}. */
  private void compute(
      PanelProduct panel, int rows, int n, int block, int from, int to, int k, int count) {
    int vectors = Lanes.vectors(block);
    int p = from;
    if (direct) {
      p = Math.max(p, Math.min(to, block / PANEL_COLUMNS)); // the full ones
      int at = b.offset() + k * b.rowStride() + n + from * PANEL_COLUMNS;
      int vector = from * Lanes.PANEL_VECTORS;
      panel.runDirect(rows, b.data(), at, b.rowStride(), p - from, count, columns, vector);
    }
    for (; p < to; p++) {
      int v = p * Lanes.PANEL_VECTORS;
      int panelVectors = Math.min(Lanes.PANEL_VECTORS, vectors - v);
      int at = Lanes.ALIGNED + v * count * Lanes.COUNT;
      if ((v + panelVectors) * Lanes.COUNT > block) {
        panel.runPartial(rows, packedB, at, panelVectors, count, columns, v, lanes);
      } else {
        panel.run(rows, packedB, at, panelVectors, count, columns, v);
      }
    }
  }

  private void await(int worker) {
    if (active > 1) {
      workers.await(worker);
    }
  }

  // C is cut into gridRows x gridColumns parts, one for each worker.

  private void cut(int tiles, int panels) {
    long best = Long.MAX_VALUE;
    for (int across = active; across >= 1; across--) {
      if (active % across == 0) {
        int down = active / across;
        long most = (long) ceil(tiles, down) * ceil(panels, across);
        if (most < best) { // of equals the one with fewer panels each, whose B stays nearer
          best = most;
          gridRows = down;
          gridColumns = across;
        }
      }
    }
  }

  private int firstRow(int worker, int rows) {
    return part(worker / gridColumns, gridRows, tiles(rows)) * Lanes.TILE_ROWS;
  }

  private int lastRow(int worker, int rows) {
    return Math.min(rows, firstRow(worker + gridColumns, rows));
  }

  private int firstPanel(int worker, int panels) {
    return part(worker % gridColumns, gridColumns, panels);
  }

  private int lastPanel(int worker, int panels) {
    return part(worker % gridColumns + 1, gridColumns, panels);
  }

  private static int part(int index, int parts, int total) {
    return (int) ((long) total * index / parts);
  }

  private static int tiles(int rows) {
    return ceil(rows, Lanes.TILE_ROWS);
  }

  private static int panels(int width) {
    return ceil(Lanes.vectors(width), Lanes.PANEL_VECTORS);
  }

  private static int ceil(int n, int unit) {
    return (n + unit - 1) / unit;
  }
}
