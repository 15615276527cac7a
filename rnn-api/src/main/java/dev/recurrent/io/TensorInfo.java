package dev.recurrent.io;

import java.util.Arrays;

/**
 * Describes one tensor of a file: its name, element type, shape and place. Immutable; only {@link
 * SafeTensors} makes one, after it has checked that shape, type and place agree.
 */
public final class TensorInfo {
  private final String name;
  private final DType dtype;
  private final long[] shape;
  private final long begin; // in bytes, from the end of the header
  private final long end;

  TensorInfo(String name, DType dtype, long[] shape, long begin, long end) {
    this.name = name;
    this.dtype = dtype;
    this.shape = shape.clone();
    this.begin = begin;
    this.end = end;
  }

  /** Returns the name. */
  public String name() {
    return name;
  }

  /** Returns the type of the elements. */
  public DType dtype() {
    return dtype;
  }

  /** Returns a copy of the shape, outermost dimension first; empty for a scalar. */
  public long[] shape() {
    return shape.clone();
  }

  /** Returns the number of elements: the product of the shape, 1 for a scalar. */
  public long elements() {
    long product = 1;
    for (long size : shape) {
      product *= size;
    }
    return product;
  }

  /** Returns the size of the data in bytes. */
  public long bytes() {
    return end - begin;
  }

  long begin() {
    return begin;
  }

  long end() {
    return end;
  }

  /** Returns name, type and shape, such as {@code "bias" F32 [4]}. */
  @Override
  public String toString() {
    return Quoted.quote(name) + " " + dtype + " " + Arrays.toString(shape);
  }
}
