package dev.recurrent.cpu;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.ParameterSpec;
import dev.recurrent.spi.Matrix;
import java.util.List;

/**
 * Follows the values of a cell's parameters: keeps vectors padded, and weights ready for packing.
 */
final class Parameters {
  private final CellProgram cell;
  private final Operand[] vectors; // by parameter
  private final int[] offsets; // by parameter, as packed
  private final float[][] arrays; // by parameter, as packed
  private boolean stale = true;

  Parameters(CellProgram cell, Operand[] vectors) {
    this.cell = cell;
    this.vectors = vectors;
    offsets = new int[cell.parameters().size()];
    arrays = new float[cell.parameters().size()][];
  }

  void invalidate() {
    stale = true;
  }

  /** Takes over the parameters for a forward pass; returns whether weights must be packed. */
  boolean update(
      List<Matrix> values, PackedWeight[] weights, List<ForwardPlan.WeightLayout> layouts) {
    if (!mustUpdate(values)) {
      return false;
    }
    for (int i = 0; i < weights.length; i++) {
      var layout = layouts.get(i);
      var matrix = values.get(layout.parameter());
      if (isMoved(layout.parameter(), matrix)) {
        weights[i] =
            PackedWeight.of(
                layout.spec(), matrix.offset(), layout.slices(), layout.columns(), layout.units());
      }
      weights[i].update(CpuStorage.floats(matrix), matrix.offset());
    }
    remember(values);
    return true;
  }

  /**
   * Takes over the parameters for a backward pass; returns whether weights must be packed.
   *
   * @param transposed the parameters that are read transposed, in the order of {@code weights}
   * @param tails what their products may do beside the last valid column
   */
  boolean updateTransposed(
      List<Matrix> values,
      PackedWeight[] weights,
      List<Integer> transposed,
      List<PackedMatrix.Tails> tails,
      int workers) {
    if (!mustUpdate(values)) {
      return false;
    }
    for (int i = 0; i < weights.length; i++) {
      int parameter = transposed.get(i);
      var spec = cell.parameters().get(parameter);
      var matrix = values.get(parameter);
      if (isMoved(parameter, matrix)) {
        var units = Units.of(spec.columns(), workers);
        weights[i] = PackedWeight.transposed(spec, matrix.offset(), units, tails.get(i));
      }
      weights[i].update(CpuStorage.floats(matrix), matrix.offset());
    }
    remember(values);
    return true;
  }

  private boolean mustUpdate(List<Matrix> values) {
    boolean moved = false;
    for (int p = 0; p < arrays.length; p++) {
      moved |= isMoved(p, values.get(p));
    }
    return stale || moved;
  }

  @SuppressWarnings("ReferenceEquality") // which array it is, not what is in it
  private boolean isMoved(int parameter, Matrix matrix) {
    return arrays[parameter] != CpuStorage.floats(matrix) || offsets[parameter] != matrix.offset();
  }

  private void remember(List<Matrix> values) {
    for (int p = 0; p < arrays.length; p++) {
      var matrix = values.get(p);
      arrays[p] = CpuStorage.floats(matrix);
      offsets[p] = matrix.offset();
      if (!cell.parameters().get(p).isWeight()) {
        copyVector(cell.parameters().get(p), matrix, vectors[p]);
      }
    }
    stale = false;
  }

  private static void copyVector(ParameterSpec spec, Matrix from, Operand to) {
    var padded = to.array().length == 0 ? new float[ForwardPlan.paddedRows(spec)] : to.array();
    int column = 0;
    for (var slice : spec.slices()) {
      System.arraycopy(
          CpuStorage.floats(from), from.offset() + slice.offset(), padded, column, slice.rows());
      column += Lanes.padded(slice.rows());
    }
    to.bind(padded, 0);
  }
}
