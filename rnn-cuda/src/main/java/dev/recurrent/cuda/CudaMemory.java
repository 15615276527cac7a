package dev.recurrent.cuda;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Memory;
import dev.recurrent.spi.Storage;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Allocates a device's memory and copies to and from it. */
final class CudaMemory implements Memory {
  private final Device device;

  CudaMemory(Device device) {
    this.device = device;
  }

  @Override
  public Storage allocate(DataType type, int size) {
    if (size < 0) {
      throw new IllegalArgumentException("size: expected 0 or more, got " + size);
    }
    return device.call(
        () -> {
          var storage = new CudaStorage(device, type, size);
          device.driver().clear(storage.address(), 4L * size);
          return storage;
        });
  }

  @Override
  public void write(Storage storage, int offset, float[] values, int from, int length) {
    Objects.checkFromIndexSize(from, length, values.length);
    long address = address(storage, DataType.FLOAT32, offset, length);
    upload(MemorySegment.ofArray(values), address, from, length);
  }

  @Override
  public void write(Storage storage, int offset, int[] values, int from, int length) {
    Objects.checkFromIndexSize(from, length, values.length);
    long address = address(storage, DataType.INT32, offset, length);
    upload(MemorySegment.ofArray(values), address, from, length);
  }

  @Override
  public void read(Storage storage, int offset, float[] values, int to, int length) {
    Objects.checkFromIndexSize(to, length, values.length);
    long address = address(storage, DataType.FLOAT32, offset, length);
    download(address, MemorySegment.ofArray(values), to, length);
  }

  @Override
  public void read(Storage storage, int offset, int[] values, int to, int length) {
    Objects.checkFromIndexSize(to, length, values.length);
    long address = address(storage, DataType.INT32, offset, length);
    download(address, MemorySegment.ofArray(values), to, length);
  }

  private void upload(MemorySegment values, long address, int from, int length) {
    if (length > 0) {
      device.run(() -> device.driver().upload(values.asSlice(4L * from, 4L * length), address));
    }
  }

  private void download(long address, MemorySegment values, int to, int length) {
    if (length > 0) {
      device.run(() -> device.driver().download(address, values.asSlice(4L * to, 4L * length)));
    }
  }

  private long address(Storage storage, DataType type, int offset, int length) {
    if (!(storage instanceof CudaStorage own) || own.device() != device) {
      throw new IllegalArgumentException(
          "storage: expected one of this backend, got a " + storage.getClass().getSimpleName());
    }
    if (own.type() != type) {
      throw new IllegalArgumentException("storage: expected " + type + ", got " + own.type());
    }
    Objects.checkFromIndexSize(offset, length, own.size());
    return own.address() + 4L * offset;
  }
}
