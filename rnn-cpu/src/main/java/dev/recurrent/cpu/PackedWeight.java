package dev.recurrent.cpu;

import dev.recurrent.cell.ParameterSpec;
import dev.recurrent.cpu.PackedMatrix.Tails;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds a weight in the order in which the product with it, or with its transpose, reads it; packed
 * anew when the parameters change, by a pass that has it for itself.
 */
final class PackedWeight {
  private final PackedMatrix matrix;
  private final Units units;
  private final int vectorsPerBlock;
  private final float[][] source = new float[1][];
  private float[] padded = {};
  private final ParameterSpec spec;
  private final boolean copiesRows;

  private PackedWeight(
      ParameterSpec spec, PackedMatrix matrix, Units units, int vectorsPerBlock, boolean copies) {
    this.spec = spec;
    this.matrix = matrix;
    this.units = units;
    this.vectorsPerBlock = vectorsPerBlock;
    this.copiesRows = copies;
  }

  /**
   * Lays out slices of a weight for v Wᵀ. All slices have the same number of rows; the rows of one
   * block of units are adjacent in all slices, so that a worker owns a unit with all its gates.
   *
   * @param offset the index of the weight's first element in its array
   * @param destinations the first column of the result of each slice
   */
  static PackedWeight of(
      ParameterSpec spec,
      int offset,
      List<ParameterSpec.Slice> slices,
      int[] destinations,
      Units units) {
    int depth = spec.columns();
    var columns = new ArrayList<VectorColumn>();
    for (int block = 0; block < units.blocks(); block++) {
      int unit = block * Lanes.COUNT;
      for (int s = 0; s < slices.size(); s++) {
        var slice = slices.get(s);
        int lanes = Math.min(Lanes.COUNT, slice.rows() - unit);
        int from = offset + (slice.offset() + unit) * depth;
        columns.add(new VectorColumn(0, from, 1, depth, lanes, destinations[s] + unit));
      }
    }
    int group = slices.size() * units.group();
    return new PackedWeight(
        spec, new PackedMatrix(depth, columns, group, Tails.PADDED), units, slices.size(), false);
  }

  /**
   * Lays out a weight for d W, where d has the padded columns of all slices.
   *
   * @param offset the index of the weight's first element in its array
   */
  static PackedWeight transposed(ParameterSpec spec, int offset, Units units, Tails tails) {
    boolean aligned = spec.slices().stream().allMatch(s -> s.rows() % Lanes.COUNT == 0);
    int depth = spec.slices().stream().mapToInt(s -> Lanes.padded(s.rows())).sum();
    int width = spec.columns();
    var columns = new ArrayList<VectorColumn>();
    for (int block = 0; block < units.blocks(); block++) {
      int column = block * Lanes.COUNT;
      int lanes = Math.min(Lanes.COUNT, width - column);
      columns.add(new VectorColumn(0, (aligned ? offset : 0) + column, width, 1, lanes, column));
    }
    return new PackedWeight(
        spec, new PackedMatrix(depth, columns, units.group(), tails), units, 1, !aligned);
  }

  /** Takes over new values: prepares {@link #pack}, on one thread. */
  void update(float[] values, int offset) {
    if (!copiesRows) {
      source[0] = values;
      return;
    }
    int width = spec.columns();
    if (padded.length == 0) {
      padded = new float[matrix.depth() * width];
    }
    int row = 0;
    for (var slice : spec.slices()) {
      System.arraycopy(
          values, offset + slice.offset() * width, padded, row * width, slice.rows() * width);
      row += Lanes.padded(slice.rows());
    }
    source[0] = padded;
  }

  /** Packs a worker's share. */
  void pack(int worker, int workers) {
    int panels = matrix.panels();
    matrix.pack(
        source,
        (int) ((long) panels * worker / workers),
        (int) ((long) panels * (worker + 1) / workers));
  }

  PackedMatrix matrix() {
    return matrix;
  }

  /** Returns the first panel of the given block of units, which begins a group, or the end. */
  int panel(int block) {
    return block >= units.blocks()
        ? matrix.panels()
        : matrix.panelStartingAt(block * vectorsPerBlock);
  }
}
