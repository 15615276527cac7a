package dev.recurrent.cuda;

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
    slot.bind(take(rows, slot.width()));
  }

  /** Lends room for words of 4 bytes. */
  long take(int rows, int columns) {
    long address = pool.take(4L * Math.multiplyExact(rows, columns));
    addresses.add(address);
    return address;
  }

  @Override
  public void close() {
    addresses.forEach(pool::giveBack);
    addresses.clear();
  }
}
