package dev.recurrent.cpu;

import dev.recurrent.spi.Matrix;
import java.util.List;

/**
 * The arrays behind the operands of a plan during one call. Each pass has its own, so that several
 * threads may run one plan.
 */
final class Bindings {
  private static final float[] NOTHING = {};

  private final float[][] arrays; // by operand
  private final int[] bases;
  private final int[] strides;

  Bindings(List<Operand> operands) {
    arrays = new float[operands.size()][];
    bases = new int[arrays.length];
    strides = new int[arrays.length];
    for (var operand : operands) {
      bind(operand, NOTHING, 0);
    }
  }

  /** Says where the numbers of an operand are: row 0 begins at {@code base}. */
  void bind(Operand operand, float[] array, int base) {
    bind(operand, array, base, operand.stride());
  }

  /** Says where the numbers of an operand are, in rows {@code stride} apart. */
  void bind(Operand operand, float[] array, int base, int stride) {
    arrays[operand.index()] = array;
    bases[operand.index()] = base;
    strides[operand.index()] = stride;
  }

  /**
   * Lets an operand read a matrix: in place where whole vectors fit, otherwise from a padded copy.
   *
   * @param padded what an earlier call returned: the array for the copy
   * @return the array for the copy, perhaps a larger one
   */
  float[] bind(Operand operand, Matrix matrix, float[] padded) {
    if (matrix.columns() % Lanes.COUNT == 0) {
      bind(operand, CpuStorage.floats(matrix), matrix.offset(), matrix.stride());
      return padded;
    }
    int stride = Lanes.padded(matrix.columns());
    var copy = PaddedRows.grow(padded, matrix.rows() * stride);
    PaddedRows.copyIn(matrix, copy, stride);
    bind(operand, copy, 0, stride);
    return copy;
  }

  /** Binds an operand to an array of this call's own: the last one, or a larger one. */
  void reserve(Operand operand, int rows) {
    bind(operand, PaddedRows.grow(array(operand), rows * operand.stride()), 0);
  }

  /** Lets go of the array of an operand, which belongs to a caller. */
  void release(Operand operand) {
    bind(operand, NOTHING, 0);
  }

  float[] array(Operand operand) {
    return arrays[operand.index()];
  }

  /** Returns the index of the first element of row 0. */
  int base(Operand operand) {
    return bases[operand.index()];
  }

  /** Returns the distance between rows. */
  int stride(Operand operand) {
    return strides[operand.index()];
  }

  /** Returns the distance between the rows of two sequences: 0 where they share one. */
  int rowStep(Operand operand) {
    return operand.rows() == Operand.Rows.SHARED ? 0 : stride(operand);
  }
}
