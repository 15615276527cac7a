package dev.recurrent.reference;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.Storage;

/**
 * Holds numbers as doubles, or as ints. A test may read and write {@link #doubles()} directly, and
 * so check a whole model without rounding to float.
 */
public final class ReferenceStorage implements Storage {
  private final DataType type;
  private final int size;
  private double[] doubles;
  private int[] ints;
  private boolean closed;

  ReferenceStorage(DataType type, int size) {
    if (size < 0) {
      throw new IllegalArgumentException("size: expected 0 or more, got " + size);
    }
    this.type = type;
    this.size = size;
    this.doubles = new double[type == DataType.FLOAT32 ? size : 0];
    this.ints = new int[type == DataType.INT32 ? size : 0];
  }

  /**
   * Returns the elements of a storage of the reference backend, not a copy.
   *
   * @throws IllegalArgumentException if the storage is of another backend or holds ints
   * @throws IllegalStateException if it is closed
   */
  public static double[] doubles(Storage storage) {
    return open(storage, DataType.FLOAT32).doubles;
  }

  /**
   * Returns the elements of a storage of ints of the reference backend, not a copy.
   *
   * @throws IllegalArgumentException if the storage is of another backend or holds floats
   * @throws IllegalStateException if it is closed
   */
  public static int[] ints(Storage storage) {
    return open(storage, DataType.INT32).ints;
  }

  /** Returns the elements, not a copy: the type is FLOAT32. */
  public double[] doubles() {
    return doubles(this);
  }

  /** Returns the elements, not a copy: the type is INT32. */
  public int[] ints() {
    return ints(this);
  }

  /** Tells whether the storage is not closed yet, so that a test sees what is left behind. */
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public DataType type() {
    return type;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void close() {
    closed = true;
    doubles = new double[0];
    ints = new int[0];
  }

  /** Copies a matrix into a new array without gaps, {@code [rows, columns]}. */
  static double[] copyOf(Matrix matrix) {
    var result = new double[matrix.rows() * matrix.columns()];
    for (int r = 0; r < matrix.rows(); r++) {
      System.arraycopy(
          doubles(matrix.storage()),
          matrix.offset() + r * matrix.stride(),
          result,
          r * matrix.columns(),
          matrix.columns());
    }
    return result;
  }

  /** Copies one row of a matrix, {@code [columns]}. */
  static double[] rowOf(Matrix matrix, int row) {
    return copyOf(matrix.rows(row, 1));
  }

  /** Writes one row of a matrix. */
  static void setRow(Matrix matrix, int row, double[] values) {
    System.arraycopy(
        values,
        0,
        doubles(matrix.storage()),
        matrix.offset() + row * matrix.stride(),
        matrix.columns());
  }

  private static ReferenceStorage open(Storage storage, DataType type) {
    if (!(storage instanceof ReferenceStorage own)) {
      throw new IllegalArgumentException(
          "storage: expected one of the reference backend, got a "
              + storage.getClass().getSimpleName());
    }
    if (own.type != type) {
      throw new IllegalArgumentException("storage: expected " + type + ", got " + own.type);
    }
    if (own.closed) {
      throw new IllegalStateException("storage: expected an open one, got a closed one");
    }
    return own;
  }
}
