package dev.recurrent.tape;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Memory;
import dev.recurrent.spi.Storage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lends storages and takes them back for the next one who asks, so that a training loop allocates
 * only in its first steps. Sizes are rounded up by at most an eighth, so that batches of slightly
 * different shapes share storages. What is lent holds old values.
 */
final class StoragePool implements AutoCloseable {
  private static final int SMALLEST = 64;

  private final Memory memory;
  private final Map<Integer, ArrayDeque<Storage>> floats = new HashMap<>();
  private final Map<Integer, ArrayDeque<Storage>> ints = new HashMap<>();
  private final List<Storage> owned = new ArrayList<>();

  StoragePool(Memory memory) {
    this.memory = memory;
  }

  /** Lends a storage of at least {@code size} elements. */
  Storage lend(DataType type, int size) {
    int rounded = roundedSize(size);
    var free = free(type).get(rounded);
    if (free != null && !free.isEmpty()) {
      return free.pop();
    }
    var storage = memory.allocate(type, rounded);
    owned.add(storage);
    return storage;
  }

  /** Takes back what {@link #lend} gave. */
  void takeBack(Storage storage) {
    free(storage.type()).computeIfAbsent(storage.size(), _ -> new ArrayDeque<>()).push(storage);
  }

  /** Returns how many storages were allocated so far. */
  int allocations() {
    return owned.size();
  }

  @Override
  public void close() {
    owned.forEach(Storage::close);
    owned.clear();
    floats.clear();
    ints.clear();
  }

  private Map<Integer, ArrayDeque<Storage>> free(DataType type) {
    return type == DataType.FLOAT32 ? floats : ints;
  }

  static int roundedSize(int size) {
    int step = Math.max(SMALLEST, Integer.highestOneBit(size) >> 3);
    long rounded = Math.max(1, Math.ceilDiv((long) size, step)) * step;
    return rounded > Integer.MAX_VALUE ? size : (int) rounded;
  }
}
