package dev.recurrent.cpu;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.ParameterSpec;
import dev.recurrent.spi.Matrix;
import java.util.List;

/**
 * The parameters of a cell as the products and passes of one direction read them: weights packed,
 * vectors padded. A training pass has one of its own, which it fills again in place; those that
 * inference shares are filled once, before any other thread sees them.
 */
final class Parameters {
  /** Says how the weights of a plan are packed. */
  interface Layout {
    /** Returns for each packed weight its parameter. */
    List<Integer> parameters();

    /** Lays out a packed weight whose numbers begin at {@code offset}. */
    PackedWeight layOut(int weight, int offset);
  }

  private final CellProgram cell;
  private final Layout layout;
  private final List<Integer> ofWeights; // the parameter of each packed weight
  private final PackedWeight[] weights;
  private final float[][] vectors; // by parameter, empty for weights
  private final int[] offsets; // by parameter, as packed
  private final float[][] arrays; // by parameter, as packed
  private long version;

  Parameters(CellProgram cell, Layout layout) {
    this.cell = cell;
    this.layout = layout;
    ofWeights = layout.parameters();
    int count = cell.parameters().size();
    weights = new PackedWeight[ofWeights.size()];
    vectors = new float[count][];
    offsets = new int[count];
    arrays = new float[count][];
    for (int p = 0; p < count; p++) {
      var spec = cell.parameters().get(p);
      vectors[p] = new float[spec.isWeight() ? 0 : ForwardPlan.paddedRows(spec)];
    }
  }

  PackedWeight[] weights() {
    return weights;
  }

  /** Lets operands read the vectors. */
  void bindVectors(Operand[] operands, Bindings bindings) {
    for (int p = 0; p < vectors.length; p++) {
      bindings.bind(operands[p], vectors[p], 0);
    }
  }

  /** Tells whether these are the parameters of a call. */
  boolean areThose(List<Matrix> values, long ofVersion) {
    if (version != ofVersion) {
      return false;
    }
    for (int p = 0; p < arrays.length; p++) {
      if (isMoved(p, values.get(p))) {
        return false;
      }
    }
    return true;
  }

  /** Takes over the parameters of a call, whose weights have to be packed then. */
  void update(List<Matrix> values, long newVersion) {
    for (int i = 0; i < weights.length; i++) {
      int parameter = ofWeights.get(i);
      var matrix = values.get(parameter);
      if (isMoved(parameter, matrix)) {
        weights[i] = layout.layOut(i, matrix.offset());
      }
      weights[i].update(CpuStorage.floats(matrix), matrix.offset());
    }
    for (int p = 0; p < arrays.length; p++) {
      var matrix = values.get(p);
      arrays[p] = CpuStorage.floats(matrix);
      offsets[p] = matrix.offset();
      if (!cell.parameters().get(p).isWeight()) {
        copyVector(cell.parameters().get(p), matrix, vectors[p]);
      }
    }
    version = newVersion;
  }

  /** Packs a worker's share of the weights. */
  void pack(int worker, int workers) {
    for (var weight : weights) {
      weight.pack(worker, workers);
    }
  }

  @SuppressWarnings("ReferenceEquality") // which array it is, not what is in it
  private boolean isMoved(int parameter, Matrix matrix) {
    return arrays[parameter] != CpuStorage.floats(matrix) || offsets[parameter] != matrix.offset();
  }

  private static void copyVector(ParameterSpec spec, Matrix from, float[] padded) {
    int column = 0;
    for (var slice : spec.slices()) {
      System.arraycopy(
          CpuStorage.floats(from), from.offset() + slice.offset(), padded, column, slice.rows());
      column += Lanes.padded(slice.rows());
    }
  }
}
