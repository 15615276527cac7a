package dev.recurrent.cpu;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.Storage;

/** Holds elements in a Java array. */
final class CpuStorage implements Storage {
  private final DataType type;
  private final int size;
  private float[] floats = {};
  private int[] ints = {};

  CpuStorage(DataType type, int size) {
    this.type = type;
    this.size = size;
    switch (type) {
      case FLOAT32 -> floats = new float[size];
      case INT32 -> ints = new int[size];
    }
  }

  /** Returns the array behind a matrix of FLOAT32. */
  static float[] floats(Matrix matrix) {
    return of(matrix.storage()).floats();
  }

  /** Returns the array behind a matrix of INT32. */
  static int[] ints(Matrix matrix) {
    return of(matrix.storage()).ints();
  }

  static CpuStorage of(Storage storage) {
    if (storage instanceof CpuStorage own) {
      return own;
    }
    throw new IllegalArgumentException(
        "storage: expected one of backend cpu, got " + storage.getClass().getSimpleName());
  }

  float[] floats() {
    require(DataType.FLOAT32);
    return floats;
  }

  int[] ints() {
    require(DataType.INT32);
    return ints;
  }

  private void require(DataType expected) {
    if (type != expected) {
      throw new IllegalArgumentException("storage: expected " + expected + ", got " + type);
    }
    if (floats.length + ints.length < size) {
      throw new IllegalStateException("storage: expected it open, it is closed");
    }
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
    floats = new float[0];
    ints = new int[0];
  }
}
