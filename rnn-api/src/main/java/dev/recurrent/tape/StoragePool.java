package dev.recurrent.tape;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Memory;
import dev.recurrent.spi.Storage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Lends storages and takes them back for the next one who asks, so that a training loop allocates
 * only in its first steps. Sizes are rounded up by at most an eighth, and a storage of up to twice
 * the size is lent where there is none of the size itself, so that batches of different shapes
 * share storages. What is kept is at most twice what was ever lent at once: beyond that the one
 * that has been idle for longest is closed. What is lent holds old values.
 */
final class StoragePool implements AutoCloseable {
  private static final int SMALLEST = 64;
  private static final int MOST_LARGER = 2;
  private static final int MOST_KEPT = 2;

  private final Memory memory;
  private final List<Storage> free = new ArrayList<>(); // the one idle for longest first
  private final Set<Storage> lent = Collections.newSetFromMap(new IdentityHashMap<>());
  private long freeElements;
  private long lentElements;
  private long mostLent; // elements at once
  private int allocations;

  StoragePool(Memory memory) {
    this.memory = memory;
  }

  /** Lends a storage of at least {@code size} elements. */
  Storage lend(DataType type, int size) {
    int rounded = roundedSize(size);
    int found = find(type, rounded);
    mostLent = Math.max(mostLent, lentElements + rounded);
    if (found < 0) {
      makeRoom(rounded);
      allocations++;
    }
    var storage = found < 0 ? memory.allocate(type, rounded) : takeFree(found);
    lent.add(storage);
    lentElements += storage.size();
    return storage;
  }

  /** Returns the index of the smallest free one that fits, of equals the last used; or -1. */
  private int find(DataType type, int size) {
    int best = -1;
    for (int i = free.size() - 1; i >= 0 && (best < 0 || free.get(best).size() > size); i--) {
      var candidate = free.get(i);
      if (candidate.type() == type
          && candidate.size() >= size
          && candidate.size() <= (long) MOST_LARGER * size
          && (best < 0 || candidate.size() < free.get(best).size())) {
        best = i;
      }
    }
    return best;
  }

  private void makeRoom(int size) {
    while (!free.isEmpty() && lentElements + freeElements + size > MOST_KEPT * mostLent) {
      takeFree(0).close();
    }
  }

  private Storage takeFree(int index) {
    var storage = free.remove(index);
    freeElements -= storage.size();
    return storage;
  }

  /** Takes back what {@link #lend} gave. */
  void takeBack(Storage storage) {
    lent.remove(storage);
    lentElements -= storage.size();
    free.add(storage);
    freeElements += storage.size();
  }

  /** Returns how many storages were allocated so far. */
  int allocations() {
    return allocations;
  }

  @Override
  public void close() {
    free.forEach(Storage::close);
    lent.forEach(Storage::close);
    free.clear();
    lent.clear();
  }

  static int roundedSize(int size) {
    int step = Math.max(SMALLEST, Integer.highestOneBit(size) >> 3);
    long rounded = Math.max(1, Math.ceilDiv((long) size, step)) * step;
    return rounded > Integer.MAX_VALUE ? size : (int) rounded;
  }
}
