package dev.recurrent.cpu;

import java.util.Arrays;
import java.util.List;

/**
 * Holds a right operand B [K, N] in the order in which the register tiles read it.
 *
 * <p>The columns are cut into <em>vector columns</em> of {@link Lanes#COUNT} floats (padded with
 * zeros), and these, in the order given, into <em>panels</em> of up to {@link Lanes#PANEL_VECTORS}.
 * A panel of v vectors is contiguous: {@code [K][v][lanes]}. The layout is fixed at construction;
 * {@link #pack} fills it again without allocation, after each update of the weights.
 *
 * <p>Threads may read concurrently, and may pack disjoint ranges of panels concurrently.
 */
final class PackedMatrix {
  /** What a product may do beside the last valid column. */
  enum Tails {
    /** C has room for a whole vector at every destination; the rest of it receives zeros. */
    PADDED,
    /** Only valid columns of C are read or written. */
    EXACT
  }

  private final int depth;
  private final VectorColumn[] columns;
  private final float[] data;
  private final int[] panelFirst; // [panels + 1] first vector column of each panel
  private final int[] panelOffset; // [panels + 1] into data
  private final int[] destinations; // [vector columns]
  private final int[] lanes; // [vector columns]
  private final boolean[] partial; // [panels] a vector column that must not be stored whole
  private final float[] zeros; // [highest destination + lanes] what C starts from

  /**
   * Lays out a matrix; {@link #pack} gives it values.
   *
   * @param depth K, the length of the reduction
   * @param columns the vector columns in panel order
   * @param group panels never span a multiple of this many vector columns, so a thread can own
   *     whole groups (all gates of the same hidden units); {@code columns.size()} for no such bound
   */
  PackedMatrix(int depth, List<VectorColumn> columns, int group, Tails tails) {
    if (depth < 1 || columns.isEmpty() || group < 1) {
      throw new IllegalArgumentException(
          "packed matrix: expected a depth, columns and a group of at least 1, got %d, %d, %d"
              .formatted(depth, columns.size(), group));
    }
    this.depth = depth;
    this.columns = columns.toArray(new VectorColumn[0]);
    int count = this.columns.length;
    int panels = 0;
    var first = new int[count + 1];
    for (int v = 0; v < count; ) {
      first[panels++] = v;
      int groupEnd = Math.min(count, (v / group + 1) * group);
      v += panelWidth(groupEnd - v);
    }
    first[panels] = count;
    panelFirst = Arrays.copyOf(first, panels + 1);
    panelOffset = new int[panels + 1];
    partial = new boolean[panels];
    destinations = new int[count];
    lanes = new int[count];
    int size = Math.multiplyExact(Math.multiplyExact(depth, count), Lanes.COUNT);
    data = new float[Math.addExact(Lanes.ALIGNED, size)];
    int width = 0;
    for (int p = 0; p < panels; p++) {
      panelOffset[p] = Lanes.ALIGNED + panelFirst[p] * depth * Lanes.COUNT;
      for (int v = panelFirst[p]; v < panelFirst[p + 1]; v++) {
        destinations[v] = this.columns[v].destination();
        lanes[v] = this.columns[v].lanes();
        width = Math.max(width, destinations[v] + Lanes.COUNT);
        partial[p] |= tails == Tails.EXACT && this.columns[v].lanes() < Lanes.COUNT;
      }
    }
    panelOffset[panels] = data.length;
    zeros = new float[width];
  }

  /** Lays out a plain matrix [depth, width] whose column j goes to column j of C. */
  static PackedMatrix plain(int depth, int width, int strideK, int strideN, Tails tails) {
    var columns = new VectorColumn[Lanes.vectors(width)];
    for (int v = 0; v < columns.length; v++) {
      int column = v * Lanes.COUNT;
      int lanes = Math.min(Lanes.COUNT, width - column);
      columns[v] = new VectorColumn(0, column * strideN, strideK, strideN, lanes, column);
    }
    return new PackedMatrix(depth, List.of(columns), columns.length, tails);
  }

  /** Fills the panels {@code [from, to)} from the sources that the vector columns name. */
  void pack(float[][] sources, int from, int to) {
    for (int p = from; p < to; p++) {
      int vectors = panelVectors(p);
      for (int v = 0; v < vectors; v++) {
        var column = columns[panelFirst[p] + v];
        Packing.packColumn(
            sources[column.source()],
            column.offset(),
            column.strideK(),
            column.strideN(),
            column.lanes(),
            depth,
            data,
            panelOffset[p] + v * Lanes.COUNT,
            vectors * Lanes.COUNT);
      }
    }
  }

  /** Fills all panels. */
  void pack(float[][] sources) {
    pack(sources, 0, panels());
  }

  /** Returns K. */
  int depth() {
    return depth;
  }

  int panels() {
    return partial.length;
  }

  int vectorColumns() {
    return columns.length;
  }

  VectorColumn column(int v) {
    return columns[v];
  }

  /** Returns the panel that holds vector column {@code v}, which must be the first of a panel. */
  int panelStartingAt(int v) {
    int p = Arrays.binarySearch(panelFirst, v);
    if (p < 0) {
      throw new IllegalArgumentException("vector column: expected a panel's first, got " + v);
    }
    return p;
  }

  /** Returns the first vector column of panel {@code p}; that of {@code panels()} is the end. */
  int panelFirst(int p) {
    return panelFirst[p];
  }

  int panelVectors(int p) {
    return panelFirst[p + 1] - panelFirst[p];
  }

  /** Returns where panel {@code p} begins in {@link #data}. */
  int panelOffset(int p) {
    return panelOffset[p];
  }

  boolean isPartial(int p) {
    return partial[p];
  }

  float[] data() {
    return data;
  }

  /** Returns the column of C for each vector column. */
  int[] destinations() {
    return destinations;
  }

  /** Returns the number of valid lanes of each vector column. */
  int[] lanes() {
    return lanes;
  }

  /** Returns a row of zeros as wide as C. */
  float[] zeros() {
    return zeros;
  }

  /** Cuts evenly where a full panel would leave a single vector: 5 is 3 + 2, not 4 + 1. */
  private static int panelWidth(int left) {
    int full = Lanes.PANEL_VECTORS;
    return left == full + 1 && full > 2 ? full - 1 : Math.min(full, left);
  }
}
