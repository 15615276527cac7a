package dev.recurrent.cuda;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.Storage;

/** Owns a block of a device's memory. */
final class CudaStorage implements Storage {
  private final Device device;
  private final DataType type;
  private final int size;
  private final long address;
  private volatile boolean closed;

  CudaStorage(Device device, DataType type, int size) {
    this.device = device;
    this.type = type;
    this.size = size;
    address = device.pool().take(4L * size);
  }

  /** Returns the address of element (0, 0) of a matrix. */
  static long address(Matrix matrix) {
    if (matrix.storage() instanceof CudaStorage storage) {
      return storage.address + 4L * matrix.offset();
    }
    throw new IllegalArgumentException(
        "matrix: expected one of the backend cuda, got a "
            + matrix.storage().getClass().getSimpleName());
  }

  long address() {
    if (closed) {
      throw new IllegalArgumentException("storage: expected an open one, got a closed one");
    }
    return address;
  }

  Device device() {
    return device;
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
    if (!closed && !device.isClosed()) {
      closed = true;
      device.run(() -> device.pool().giveBack(address));
    }
  }
}
