package dev.recurrent.train;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.Storage;
import dev.recurrent.tape.ParameterStore;

/**
 * Keeps the parameters as they were after an update that is known to be good, on the device: where
 * losses are read late, updates are made before it shows that training has diverged.
 */
final class LastGoodModel implements AutoCloseable {
  private final ParameterStore store;
  private final Storage copy;
  private final Matrix values; // [1, parameters]
  private long updates;

  LastGoodModel(ParameterStore store) {
    this.store = store;
    copy = store.backend().memory().allocate(DataType.FLOAT32, store.values().columns());
    values = Matrix.of(copy, 1, store.values().columns());
  }

  /** Keeps the parameters as they are. */
  void keep(long updatesSoFar) {
    store.backend().ops().copy(store.values(), values);
    updates = updatesSoFar;
  }

  /** Returns the number of updates that had been made. */
  long updates() {
    return updates;
  }

  /** Makes the parameters what they were. */
  void restore() {
    store.change(() -> store.backend().ops().copy(values, store.values()));
  }

  @Override
  public void close() {
    copy.close();
  }
}
