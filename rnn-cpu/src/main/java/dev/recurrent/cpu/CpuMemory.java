package dev.recurrent.cpu;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.HeapRoom;
import dev.recurrent.spi.Memory;
import dev.recurrent.spi.Storage;
import java.util.Objects;

/** Allocates Java arrays. */
final class CpuMemory implements Memory {
  private final Workers workers;

  /** Allocates as long as the workers of the backend are open. */
  CpuMemory(Workers workers) {
    this.workers = workers;
  }

  @Override
  public Storage allocate(DataType type, int size) {
    workers.requireOpen();
    if (size < 0) {
      throw new IllegalArgumentException("size: expected 0 or more elements, got " + size);
    }
    return HeapRoom.allocate(size, Float.BYTES, () -> new CpuStorage(type, size));
  }

  @Override
  public void write(Storage storage, int offset, float[] values, int from, int length) {
    copy(values, from, CpuStorage.of(storage).floats(), offset, length, storage.size());
  }

  @Override
  public void write(Storage storage, int offset, int[] values, int from, int length) {
    copy(values, from, CpuStorage.of(storage).ints(), offset, length, storage.size());
  }

  @Override
  public void read(Storage storage, int offset, float[] values, int to, int length) {
    Objects.checkFromIndexSize(offset, length, storage.size());
    System.arraycopy(CpuStorage.of(storage).floats(), offset, values, to, length);
  }

  @Override
  public void read(Storage storage, int offset, int[] values, int to, int length) {
    Objects.checkFromIndexSize(offset, length, storage.size());
    System.arraycopy(CpuStorage.of(storage).ints(), offset, values, to, length);
  }

  private static void copy(Object from, int at, Object to, int offset, int length, int size) {
    Objects.checkFromIndexSize(offset, length, size);
    System.arraycopy(from, at, to, offset, length);
  }
}
