package dev.recurrent.reference;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.HeapRoom;
import dev.recurrent.spi.Memory;
import dev.recurrent.spi.Storage;
import java.util.Objects;

/** Copies between Java arrays and {@link ReferenceStorage}; floats are exact as doubles. */
final class ReferenceMemory implements Memory {
  private volatile boolean closed;

  @Override
  public Storage allocate(DataType type, int size) {
    if (closed) {
      throw new IllegalStateException("backend reference: expected an open one, got a closed one");
    }
    return HeapRoom.allocate(size, Double.BYTES, () -> new ReferenceStorage(type, size));
  }

  @Override
  public void write(Storage storage, int offset, float[] values, int from, int length) {
    var elements = ReferenceStorage.doubles(storage);
    Objects.checkFromIndexSize(from, length, values.length);
    Objects.checkFromIndexSize(offset, length, elements.length);
    for (int i = 0; i < length; i++) {
      elements[offset + i] = values[from + i];
    }
  }

  @Override
  public void write(Storage storage, int offset, int[] values, int from, int length) {
    var elements = ReferenceStorage.ints(storage);
    Objects.checkFromIndexSize(from, length, values.length);
    Objects.checkFromIndexSize(offset, length, elements.length);
    System.arraycopy(values, from, elements, offset, length);
  }

  @Override
  public void read(Storage storage, int offset, float[] values, int to, int length) {
    var elements = ReferenceStorage.doubles(storage);
    Objects.checkFromIndexSize(to, length, values.length);
    Objects.checkFromIndexSize(offset, length, elements.length);
    for (int i = 0; i < length; i++) {
      values[to + i] = (float) elements[offset + i];
    }
  }

  @Override
  public void read(Storage storage, int offset, int[] values, int to, int length) {
    var elements = ReferenceStorage.ints(storage);
    Objects.checkFromIndexSize(to, length, values.length);
    Objects.checkFromIndexSize(offset, length, elements.length);
    System.arraycopy(elements, offset, values, to, length);
  }

  /** Ends allocation. */
  void close() {
    closed = true;
  }
}
