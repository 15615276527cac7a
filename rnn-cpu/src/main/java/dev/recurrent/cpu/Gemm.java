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
 * <p>Calls take turns. Buffers grow to the largest call so far and are kept. Not to be called
 * inside a task of the same workers.
 */
final class Gemm {
  /** Multiply-adds below which other workers are not worth waking. */
  private static final long ALONE = 1 << 20;

  private static final MatrixView NOTHING = new MatrixView(new float[0], 0, 0, 0, 0, 0);
  private static final int COLUMN_BLOCK = 64 * Lanes.COUNT;
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
  private float[] packedB = new float[0]; // [panels][depth][vectors][lanes]
  private float[] packedA = new float[0]; // [tiles][depth][TILE_ROWS]

  // the call in progress
  private MatrixView a = NOTHING;
  private MatrixView b = NOTHING;
  private @Nullable PackedMatrix packedMatrix;
  private MatrixView c = NOTHING;
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
  synchronized void overwrite(MatrixView c, MatrixView a, MatrixView b) {
    growColumns(c.columnStride() == 1 ? c.columns() : c.rows());
    multiply(c, a, b, zeros, 0, 0);
  }

  /** Computes {@code C = C + A * B} for A [M, K], B [K, N], C [M, N]. */
  synchronized void accumulate(MatrixView c, MatrixView a, MatrixView b) {
    if (c.columnStride() == 1) {
      multiply(c, a, b, c.data(), c.offset(), c.rowStride());
    } else {
      multiply(c, a, b, c.data(), c.offset(), c.columnStride());
    }
  }

  /**
   * Computes {@code C = bias + A * B} for A [M, K], B [K, N], C [M, N] row-major and a bias [N] at
   * {@code biasOffset}.
   */
  synchronized void biased(MatrixView c, MatrixView a, MatrixView b, float[] bias, int biasOffset) {
    if (c.columnStride() != 1) {
      throw new IllegalArgumentException(
          "c: expected contiguous rows, got column stride " + c.columnStride());
    }
    multiply(c, a, b, bias, biasOffset, 0);
  }

  /**
   * Computes {@code C[m, :] = S[m, :] + A[m, :] * B} with all workers; see {@link
   * Product#multiply}.
   *
   * @param a [M, K], rows contiguous
   * @param c [M, destinations of B], rows contiguous
   */
  synchronized void multiply(
      MatrixView c, MatrixView a, PackedMatrix b, float[] s, int sOffset, int sStride) {
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
    growColumns(c.columns());
    begin(c, a, s, sOffset, sStride, c.columns());
    this.b = b;
    cut(tiles(a.rows()), panels(Math.min(c.columns(), COLUMN_BLOCK)));
    rowBlock = Math.max(1, a.rows());
    direct = a.rows() <= Tiles.DIRECT_ROWS && a.columnStride() == 1 && b.columnStride() == 1;
    int depth = Math.min(a.columns(), Tiles.DEPTH_BLOCK);
    int width = Math.min(Lanes.padded(c.columns()), COLUMN_BLOCK);
    if (packedB.length < depth * width) {
      packedB = new float[depth * width];
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
      if (active == 1) {
        task.run(0);
      } else {
        workers.run(task);
      }
    } finally {
      a = NOTHING; // keeps no caller's arrays alive
      b = NOTHING;
      packedMatrix = null;
      c = NOTHING;
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
    for (int n = 0; n < c.columns(); n += COLUMN_BLOCK) {
      int width = Math.min(COLUMN_BLOCK, c.columns() - n);
      if (depth == 0) {
        compute(worker, 0, a.rows(), n, width, 0, 0);
      }
      for (int k = 0; k < depth; k += Tiles.DEPTH_BLOCK) {
        int count = Math.min(Tiles.DEPTH_BLOCK, depth - k);
        packB(worker, n, width, k, count);
        for (int m = 0; m < a.rows(); m += rowBlock) {
          int rows = Math.min(rowBlock, a.rows() - m);
          if (a.columnStride() != 1) {
            int tiles = tiles(rows);
            int from = part(worker, active, tiles);
            int to = part(worker + 1, active, tiles);
            Packing.packTiles(a, m, rows, k, count, from, to, packedA);
          }
          await(worker); // both operands are packed
          compute(worker, m, rows, n, width, k, count);
          await(worker); // and may be packed again
        }
      }
    }
  }

  private void packB(int worker, int n, int width, int k, int count) {
    int vectors = Lanes.vectors(width);
    int from = part(worker, active, panels(width)) * Lanes.PANEL_VECTORS;
    int to = Math.min(vectors, part(worker + 1, active, panels(width)) * Lanes.PANEL_VECTORS);
    int v = from;
    if (direct) {
      v = Math.max(from, width / PANEL_COLUMNS * Lanes.PANEL_VECTORS);
    } else if (b.columnStride() == 1) {
      v = Math.max(from, Math.min(to, width / Lanes.COUNT)); // the last may be partial
      int offset = b.offset() + k * b.rowStride() + n;
      Packing.packRows(b.data(), offset, b.rowStride(), count, from, v, vectors, packedB);
    }
    for (; v < to; v++) {
      int panel = v / Lanes.PANEL_VECTORS * Lanes.PANEL_VECTORS; // its first vector
      int panelVectors = Math.min(Lanes.PANEL_VECTORS, vectors - panel);
      Packing.packColumn(
          b.data(),
          b.offset() + k * b.rowStride() + (n + columns[v]) * b.columnStride(),
          b.rowStride(),
          b.columnStride(),
          Math.min(Lanes.COUNT, width - columns[v]),
          count,
          packedB,
          panel * count * Lanes.COUNT + (v - panel) * Lanes.COUNT,
          panelVectors * Lanes.COUNT);
    }
  }

  /** Adds {@code count} terms to a worker's part of the block of C at row m, column n. */
  private void compute(int worker, int m, int rows, int n, int width, int k, int count) {
    int vectors = Lanes.vectors(width);
    int first = firstRow(worker, rows);
    int last = lastRow(worker, rows);
    int firstPanel = firstPanel(worker, panels(width));
    int lastPanel = lastPanel(worker, panels(width));
    var panel = panels[worker];
    for (int r = first; r < last; r += Tiles.ROW_BLOCK) {
      int height = Math.min(Tiles.ROW_BLOCK, last - r);
      panel.target(c.data(), c.offset() + (m + r) * c.rowStride() + n, c.rowStride());
      if (k == 0) {
        panel.start(s, sOffset + (m + r) * sStride + n, sStride);
      } else {
        panel.startFromTarget();
      }
      if (a.columnStride() == 1) {
        panel.left(a.data(), a.offset() + (m + r) * a.rowStride() + k, a.rowStride());
      } else {
        int stride = Packing.tileStride(count);
        panel.leftPacked(packedA, r / Lanes.TILE_ROWS * stride, stride);
      }
      int p = firstPanel;
      if (direct) {
        p = Math.max(p, Math.min(lastPanel, width / PANEL_COLUMNS)); // the full ones
        int at = b.offset() + k * b.rowStride() + n + firstPanel * PANEL_COLUMNS;
        int vector = firstPanel * Lanes.PANEL_VECTORS;
        panel.runDirect(
            height, b.data(), at, b.rowStride(), p - firstPanel, count, columns, vector);
      }
      for (; p < lastPanel; p++) {
        int v = p * Lanes.PANEL_VECTORS;
        int panelVectors = Math.min(Lanes.PANEL_VECTORS, vectors - v);
        int at = v * count * Lanes.COUNT;
        if ((v + panelVectors) * Lanes.COUNT > width) {
          panel.runPartial(height, packedB, at, panelVectors, count, columns, v, lanes);
        } else {
          panel.run(height, packedB, at, panelVectors, count, columns, v);
        }
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
