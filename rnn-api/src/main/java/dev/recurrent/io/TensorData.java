package dev.recurrent.io;

import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Pairs values with a shape, to be written to a file.
 *
 * <p>The array is borrowed, not copied: it must not change until the write returns. Values are in
 * row-major order, as many as the product of the shape; an empty shape is a scalar of one value.
 */
public final class TensorData {
  private final DType dtype;
  private final Object values; // float[], double[], int[], long[] or byte[]
  private final long[] shape;

  private TensorData(DType dtype, Object values, long[] shape) {
    this.dtype = dtype;
    this.values = values;
    this.shape = shape.clone();
    long length = Array.getLength(values);
    if (!isProduct(length, this.shape)) {
      throw new IllegalArgumentException(
          "values: expected as many as the shape "
              + Arrays.toString(shape)
              + " holds, got "
              + length);
    }
  }

  /**
   * Wraps values of type {@code F32}.
   *
   * @throws IllegalArgumentException when the shape is not that of so many values
   */
  public static TensorData of(float[] values, long... shape) {
    return new TensorData(DType.F32, values, shape);
  }

  /**
   * Wraps values of type {@code F64}.
   *
   * @throws IllegalArgumentException when the shape is not that of so many values
   */
  public static TensorData of(double[] values, long... shape) {
    return new TensorData(DType.F64, values, shape);
  }

  /**
   * Wraps values of type {@code I32}.
   *
   * @throws IllegalArgumentException when the shape is not that of so many values
   */
  public static TensorData of(int[] values, long... shape) {
    return new TensorData(DType.I32, values, shape);
  }

  /**
   * Wraps values of type {@code I64}.
   *
   * @throws IllegalArgumentException when the shape is not that of so many values
   */
  public static TensorData of(long[] values, long... shape) {
    return new TensorData(DType.I64, values, shape);
  }

  /**
   * Wraps values of type {@code U8}.
   *
   * @throws IllegalArgumentException when the shape is not that of so many values
   */
  public static TensorData of(byte[] values, long... shape) {
    return new TensorData(DType.U8, values, shape);
  }

  /** Returns the type of the elements. */
  public DType dtype() {
    return dtype;
  }

  /** Returns a copy of the shape, outermost dimension first; empty for a scalar. */
  public long[] shape() {
    return shape.clone();
  }

  int elements() {
    return Array.getLength(values);
  }

  long bytes() {
    return (long) elements() * (dtype.bits() / 8);
  }

  /** Puts the elements from {@code first} on into the buffer, in its byte order. */
  void put(int first, int count, ByteBuffer buffer) {
    switch (values) {
      case float[] f -> buffer.asFloatBuffer().put(f, first, count);
      case double[] d -> buffer.asDoubleBuffer().put(d, first, count);
      case int[] i -> buffer.asIntBuffer().put(i, first, count);
      case long[] l -> buffer.asLongBuffer().put(l, first, count);
      case byte[] b -> buffer.duplicate().put(b, first, count);
      default -> throw new AssertionError(values.getClass());
    }
  }

  private static boolean isProduct(long length, long[] shape) {
    try {
      long product = 1;
      for (long size : shape) {
        if (size < 0) {
          return false;
        }
        product = Math.multiplyExact(product, size);
      }
      return product == length;
    } catch (ArithmeticException overflow) {
      return false;
    }
  }
}
