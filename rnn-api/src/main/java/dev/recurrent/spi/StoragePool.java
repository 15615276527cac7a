package dev.recurrent.spi;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Lends scratch storage of FLOAT32, and keeps what comes back for the next call. The contents of
 * what it lends are undefined.
 */
final class StoragePool implements AutoCloseable {
  private final Memory memory;
  private final List<Storage> free = new ArrayList<>();
  private final Set<Storage> lent = new HashSet<>();

  StoragePool(Memory memory) {
    this.memory = memory;
  }

  /** Starts a loan: what is taken comes back all at once. */
  Loan lend() {
    return new Loan();
  }

  /** Lends the smallest free storage that holds {@code size} elements, or a new one. */
  private Storage take(int size) {
    Storage best = null;
    for (var candidate : free) {
      if (candidate.size() >= size && (best == null || candidate.size() < best.size())) {
        best = candidate;
      }
    }
    if (best == null) {
      best = memory.allocate(DataType.FLOAT32, size);
    } else {
      free.remove(best);
    }
    lent.add(best);
    return best;
  }

  /** Frees everything, what is still lent too. */
  @Override
  public void close() {
    free.forEach(Storage::close);
    lent.forEach(Storage::close);
    free.clear();
    lent.clear();
  }

  /** Holds what is lent together; closing it gives all of it back, and may be done again. */
  final class Loan implements AutoCloseable {
    private final List<Storage> storages = new ArrayList<>();

    /** Lends a dense matrix of undefined contents. */
    Matrix take(int rows, int columns) {
      var storage = StoragePool.this.take(Math.multiplyExact(rows, columns));
      storages.add(storage);
      return Matrix.of(storage, rows, columns);
    }

    @Override
    public void close() {
      for (var storage : storages) {
        if (lent.remove(storage)) {
          free.add(storage);
        }
      }
      storages.clear();
    }
  }
}
