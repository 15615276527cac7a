package dev.recurrent.cuda;

import dev.recurrent.cuda.driver.Driver;
import dev.recurrent.cuda.driver.OutOfDeviceMemoryException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Keeps freed device memory for the next allocation of about its size: allocating waits for the
 * device, and a training step asks for the same blocks again and again. All work is on one stream,
 * so a block may be used again at once.
 */
final class DevicePool {
  private static final long SMALL = 512;
  private static final long LARGE = 1 << 20;

  private final Driver driver;
  private final TreeMap<Long, Deque<Long>> free = new TreeMap<>(); // size to addresses
  private final Map<Long, Long> sizes = new HashMap<>(); // by address
  private long held;
  private long cached;

  DevicePool(Driver driver) {
    this.driver = driver;
  }

  /**
   * Lends memory of undefined contents.
   *
   * @throws OutOfDeviceMemoryException if there is not enough, even after giving back all that is
   *     not lent; nothing is lost
   */
  long take(long bytes) {
    long size = rounded(bytes);
    var best = free.ceilingEntry(size);
    long address;
    if (best != null && best.getKey() <= size + Math.max(size / 4, SMALL)) {
      address = best.getValue().pop();
      if (best.getValue().isEmpty()) {
        free.remove(best.getKey());
      }
      cached -= best.getKey();
    } else {
      address = allocate(size, bytes);
    }
    driver.limit(address, bytes);
    return address;
  }

  /** Takes memory back. */
  void giveBack(long address) {
    var size = sizes.get(address);
    if (size == null) {
      throw new IllegalStateException("memory that was not lent");
    }
    free.computeIfAbsent(size, _ -> new ArrayDeque<>()).push(address);
    cached += size;
    driver.limit(address, 0);
  }

  /** Returns the bytes that are lent. */
  long lent() {
    return held - cached;
  }

  private long allocate(long size, long asked) {
    long address;
    try {
      address = driver.allocate(size);
    } catch (OutOfDeviceMemoryException first) {
      trim();
      try {
        address = driver.allocate(size);
      } catch (OutOfDeviceMemoryException e) {
        throw explained(asked, e);
      }
    }
    sizes.put(address, size);
    held += size;
    return address;
  }

  private OutOfDeviceMemoryException explained(long asked, OutOfDeviceMemoryException cause) {
    var use = driver.memoryUse();
    var message =
        "device memory: asked for %s, this process holds %s, %s of %s are free; use a smaller batch (--batch), fewer steps at a time (--seq) or a smaller hidden size (--hidden): %s"
            .formatted(
                readable(asked),
                readable(held),
                readable(use.free()),
                readable(use.total()),
                cause.operation());
    var explained = new OutOfDeviceMemoryException(message, cause.code(), cause.statusName());
    explained.initCause(cause);
    return explained;
  }

  /** Gives everything that is not lent back to the device. */
  void trim() {
    driver.synchronize();
    for (var size : free.entrySet()) {
      for (long address : size.getValue()) {
        driver.free(address);
        sizes.remove(address);
        held -= size.getKey();
      }
    }
    free.clear();
    cached = 0;
  }

  private static long rounded(long bytes) {
    long unit = bytes < LARGE ? SMALL : LARGE;
    return (Math.max(bytes, 1) + unit - 1) / unit * unit;
  }

  private static String readable(long bytes) {
    return bytes < LARGE
        ? "%.1f KiB".formatted(bytes / 1024.0)
        : "%.1f MiB".formatted(bytes / (double) LARGE);
  }
}
