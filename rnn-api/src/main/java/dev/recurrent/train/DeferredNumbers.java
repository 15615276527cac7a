package dev.recurrent.train;

import dev.recurrent.spi.Backend;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps numbers of a training step, such as its loss, where they were computed until someone wants
 * them, and then reads all of them in one copy: on a device that works on while the host hands over
 * the next step, each read would wait for all work so far. Where nothing is gained by that, each
 * number is read at once.
 */
final class DeferredNumbers implements AutoCloseable {
  private final Backend backend;
  private final @Nullable Storage kept; // [1, capacity], null where numbers are read at once
  private final List<DoubleConsumer> readers = new ArrayList<>(); // one for each number kept

  private DeferredNumbers(Backend backend, @Nullable Storage kept) {
    this.backend = backend;
    this.kept = kept;
  }

  /** Reads each number at once. */
  static DeferredNumbers readAtOnce(Backend backend) {
    return new DeferredNumbers(backend, null);
  }

  /** Keeps up to {@code capacity} numbers on the device. */
  static DeferredNumbers keep(Backend backend, int capacity) {
    return new DeferredNumbers(backend, backend.memory().allocate(DataType.FLOAT32, capacity));
  }

  /** Keeps a number {@code [1, 1]} as it is now; the reader gets it when it is read. */
  void add(Matrix number, DoubleConsumer reader) {
    if (kept == null) {
      reader.accept(read(number.storage(), number.offset(), 1)[0]);
      return;
    }
    if (readers.size() == kept.size()) {
      readAll();
    }
    var place = Matrix.of(kept, 1, kept.size()).columns(readers.size(), 1);
    backend.ops().copy(number, place);
    readers.add(reader);
  }

  /** Reads all numbers that were not, in one copy, and hands them out in their order. */
  void readAll() {
    if (kept == null || readers.isEmpty()) {
      return;
    }
    var values = read(kept, 0, readers.size());
    var waiting = List.copyOf(readers);
    readers.clear();
    for (int i = 0; i < values.length; i++) {
      waiting.get(i).accept(values[i]);
    }
  }

  private float[] read(Storage storage, int offset, int count) {
    var values = new float[count];
    backend.memory().read(storage, offset, values, 0, count);
    return values;
  }

  @Override
  public void close() {
    if (kept != null) {
      kept.close();
    }
  }
}
