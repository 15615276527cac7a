package dev.recurrent.spi;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lends storages and takes them back for the next one who asks, so that a training loop allocates
 * only in its first steps. Sizes are rounded up by at most an eighth, and a storage of up to twice
 * the size is lent where there is none of the size itself, so that batches of different shapes
 * share storages. What is kept is at most twice what was ever lent at once: beyond that the one
 * that has been idle for longest is closed. Where the memory has no room, all idle ones are closed
 * first. What is lent holds old values. Thread-safe.
 */
public final class StoragePool implements AutoCloseable {
  private static final int SMALLEST = 64;
  private static final int MOST_LARGER = 2;
  private static final int MOST_KEPT = 2;

  private final Memory memory;

  /** What is idle, by size; of one size the one idle for longest first. No queue is empty. */
  private final NavigableMap<Integer, ArrayDeque<Idle>> floats = new TreeMap<>();

  private final NavigableMap<Integer, ArrayDeque<Idle>> ints = new TreeMap<>();
  private final Set<Storage> lent = Collections.newSetFromMap(new IdentityHashMap<>());
  private long idleElements;
  private long lentElements;
  private long mostLent; // elements at once
  private long returns;
  private int allocations;
  private boolean closed;

  private record Idle(Storage storage, long since) {}

  /** Starts without any storage; the memory must outlive the pool. */
  public StoragePool(Memory memory) {
    this.memory = memory;
  }

  /**
   * Lends a storage of at least {@code size} elements. If the memory has no room for it, even
   * without those that are idle, its exception is passed on and the pool may be used as before.
   */
  public synchronized Storage lend(DataType type, int size) {
    if (size < 0) {
      throw new IllegalArgumentException("size: expected 0 or more elements, got " + size);
    }
    if (closed) {
      throw new IllegalStateException("pool: expected an open one, got a closed one");
    }
    int rounded = roundedSize(size);
    var storage = takeIdle(type, rounded);
    if (storage == null) {
      storage = allocate(type, rounded);
    }
    lent.add(storage);
    lentElements += storage.size();
    mostLent = Math.max(mostLent, lentElements);
    return storage;
  }

  /** Starts a loan: what is taken comes back all at once. */
  public Loan loan() {
    return new Loan();
  }

  /**
   * Takes back what {@link #lend} gave; after {@link #close()}, which has closed it, does nothing.
   *
   * @throws IllegalArgumentException if it is not lent: two would write into it
   */
  public synchronized void takeBack(Storage storage) {
    if (closed) {
      return;
    }
    if (!lent.remove(storage)) {
      throw new IllegalArgumentException("storage: expected one that is lent, got one that is not");
    }
    lentElements -= storage.size();
    idleElements += storage.size();
    sizes(storage.type())
        .computeIfAbsent(storage.size(), _ -> new ArrayDeque<>())
        .addLast(new Idle(storage, returns++));
  }

  /** Takes back everything that is lent. */
  public synchronized void takeBackAll() {
    List.copyOf(lent).forEach(this::takeBack);
  }

  /** Frees what is idle. */
  public synchronized void trim() {
    closeIdle();
    mostLent = lentElements;
  }

  /** Returns how many storages were allocated so far. */
  public synchronized int allocations() {
    return allocations;
  }

  /** Frees everything, what is still lent too. */
  @Override
  public synchronized void close() {
    closed = true;
    closeIdle();
    lent.forEach(Storage::close);
    lent.clear();
  }

  /** Returns the smallest idle one that fits, of equals the last used; null if there is none. */
  private @Nullable Storage takeIdle(DataType type, int size) {
    var fitting = sizes(type).ceilingEntry(size);
    if (fitting == null || fitting.getKey() > (long) MOST_LARGER * size) {
      return null;
    }
    return noLongerIdle(fitting.getValue().removeLast());
  }

  private Storage allocate(DataType type, int size) {
    long most = MOST_KEPT * Math.max(mostLent, lentElements + size);
    while (idleElements > 0 && lentElements + idleElements + size > most) {
      closeOldest();
    }
    Storage storage;
    try {
      storage = memory.allocate(type, size);
    } catch (RuntimeException | OutOfMemoryError e) {
      if (idleElements == 0) {
        throw e;
      }
      closeIdle();
      storage = memory.allocate(type, size);
    }
    allocations++;
    return storage;
  }

  private void closeOldest() {
    var oldest =
        Stream.concat(floats.values().stream(), ints.values().stream())
            .min(Comparator.comparingLong(ofSize -> ofSize.getFirst().since))
            .orElseThrow();
    noLongerIdle(oldest.removeFirst()).close();
  }

  private Storage noLongerIdle(Idle one) {
    var storage = one.storage;
    idleElements -= storage.size();
    var sizes = sizes(storage.type());
    sizes.computeIfPresent(storage.size(), (_, ofSize) -> ofSize.isEmpty() ? null : ofSize);
    return storage;
  }

  private void closeIdle() {
    for (var sizes : List.of(floats, ints)) {
      sizes.values().forEach(ofSize -> ofSize.forEach(one -> one.storage.close()));
      sizes.clear();
    }
    idleElements = 0;
  }

  private NavigableMap<Integer, ArrayDeque<Idle>> sizes(DataType type) {
    return type == DataType.FLOAT32 ? floats : ints;
  }

  private static int roundedSize(int size) {
    int step = Math.max(SMALLEST, Integer.highestOneBit(size) >> 3);
    long rounded = Math.max(1, Math.ceilDiv((long) size, step)) * step;
    return rounded > Integer.MAX_VALUE ? size : (int) rounded;
  }

  /** Holds what is lent together; closing it gives all of it back, and may be done again. */
  public final class Loan implements AutoCloseable {
    private final List<Storage> storages = new ArrayList<>();

    private Loan() {}

    /** Lends a dense matrix of FLOAT32, which holds old values. */
    public Matrix take(int rows, int columns) {
      var storage = lend(DataType.FLOAT32, HeapRoom.elements(rows, columns));
      storages.add(storage);
      return Matrix.of(storage, rows, columns);
    }

    @Override
    public void close() {
      storages.forEach(StoragePool.this::takeBack);
      storages.clear();
    }
  }
}
