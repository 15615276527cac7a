package dev.recurrent.cuda;

import dev.recurrent.cuda.driver.NumberType;
import java.util.ArrayList;
import java.util.List;

/** Holds memory that is lent together; closing it gives all of it back, and may be done again. */
final class DeviceLoan implements AutoCloseable {
  private final DevicePool pool;
  private final List<Long> addresses = new ArrayList<>();

  DeviceLoan(DevicePool pool) {
    this.pool = pool;
  }

  /** Lends room for {@code rows} rows of a slot and binds it. */
  void bind(Slot slot, int rows) {
    slot.bind(take(rows, slot.width(), slot.type()).address());
  }

  /** Lends room for words of 4 bytes. */
  long take(int rows, int columns) {
    return take(rows, columns, NumberType.FLOAT32).address();
  }

  /** Lends room for a matrix. */
  DeviceMatrix take(int rows, int columns, NumberType type) {
    int stride = type.stride(columns);
    long address = pool.take((long) type.bytes() * Math.multiplyExact(rows, stride));
    addresses.add(address);
    return DeviceMatrix.of(address, rows, columns, stride, type);
  }

  @Override
  public void close() {
    addresses.forEach(pool::giveBack);
    addresses.clear();
  }
}
