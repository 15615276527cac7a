package dev.recurrent.bench.nd4j;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.Storage;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Holds a buffer of ND4J and the views made of it. A view costs ND4J about 30 microseconds, more
 * than many an operation on it; whoever writes a time loop in ND4J would keep them, so we do.
 */
final class Nd4jStorage implements Storage {
  private static final int MOST_VIEWS = 10_000;

  private final DataType type;
  private final int size;
  private final DataBuffer buffer;
  private final MemorySegment segment;
  private final Map<Shape, INDArray> views = new HashMap<>();
  private boolean closed;

  private record Shape(int offset, int rows, int columns, int stride, int rank) {}

  Nd4jStorage(DataType type, int size) {
    if (size < 0) {
      throw new IllegalArgumentException("size: expected 0 or more elements, got " + size);
    }
    this.type = type;
    this.size = size;
    var nd4jType =
        type == DataType.FLOAT32
            ? org.nd4j.linalg.api.buffer.DataType.FLOAT
            : org.nd4j.linalg.api.buffer.DataType.INT32;
    buffer = Nd4j.createBuffer(nd4jType, Math.max(1, size), true);
    segment = segment(buffer, size);
  }

  @SuppressWarnings("restricted") // The buffer is ours, and this long.
  private static MemorySegment segment(DataBuffer buffer, int size) {
    return MemorySegment.ofAddress(buffer.address()).reinterpret(4L * size);
  }

  /** Returns a storage as one of this backend, or throws. */
  static Nd4jStorage of(Storage storage) {
    if (storage instanceof Nd4jStorage own) {
      return own;
    }
    throw new IllegalArgumentException(
        "storage: expected one of backend nd4j, got " + storage.getClass().getSimpleName());
  }

  /** Returns the elements of a matrix's storage. */
  static MemorySegment segment(Matrix matrix) {
    return of(matrix.storage()).segment(of(matrix.storage()).type);
  }

  /** Returns a matrix as an array of rank 2. */
  static INDArray array(Matrix matrix) {
    return of(matrix.storage())
        .view(
            new Shape(matrix.offset(), matrix.rows(), matrix.columns(), matrix.stride(), 2),
            new long[] {matrix.rows(), matrix.columns()},
            new long[] {matrix.stride(), 1});
  }

  /** Returns a row as an array of rank 1. */
  static INDArray row(Matrix matrix) {
    return of(matrix.storage())
        .view(
            new Shape(matrix.offset(), 1, matrix.columns(), 1, 1),
            new long[] {matrix.columns()},
            new long[] {1});
  }

  /** Returns a column as an array of rank 1. */
  static INDArray column(Matrix matrix) {
    return of(matrix.storage())
        .view(
            new Shape(matrix.offset(), matrix.rows(), 1, matrix.stride(), 1),
            new long[] {matrix.rows()},
            new long[] {matrix.stride()});
  }

  private INDArray view(Shape key, long[] shape, long[] stride) {
    requireOpen();
    if (views.size() > MOST_VIEWS) {
      views.clear();
    }
    return views.computeIfAbsent(key, _ -> Nd4j.create(buffer, shape, stride, key.offset(), 'c'));
  }

  /** Returns the elements. */
  MemorySegment segment(DataType expected) {
    requireOpen();
    if (type != expected) {
      throw new IllegalArgumentException("storage: expected " + expected + ", got " + type);
    }
    return segment;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("storage: expected an open one, got a closed one");
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
    if (!closed) {
      closed = true;
      views.clear();
      buffer.close();
    }
  }
}
