package dev.recurrent.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StoragePoolTest {
  private long open; // elements of storages that were allocated and are not closed
  private long capacity = Long.MAX_VALUE;
  private final StoragePool pool = new StoragePool(new Counting());

  @AfterEach
  void close() {
    pool.close();
    assertEquals(0, open, "closing the pool closes all that it made");
  }

  @Test
  void theSameStepAgainAllocatesNothing() {
    int allocations = 0;
    for (int step = 0; step < 3; step++) {
      var lent = new ArrayList<Storage>();
      for (int size : new int[] {1000, 64, 1000, 30_000, 1900, 1000}) {
        lent.add(pool.lend(DataType.FLOAT32, size));
      }
      lent.reversed().forEach(pool::takeBack);
      allocations = step == 0 ? pool.allocations() : allocations;
      assertEquals(allocations, pool.allocations());
    }
  }

  @Test
  void lendsOnlyTheTypeThatIsAskedFor() {
    var floats = pool.lend(DataType.FLOAT32, 100);
    pool.takeBack(floats);
    var ints = pool.lend(DataType.INT32, 100);
    assertNotSame(floats, ints);
    assertEquals(DataType.INT32, ints.type());
    assertSame(floats, pool.lend(DataType.FLOAT32, 100));
  }

  @Test
  void batchesOfAllShapesHoldNoMoreThanTwiceTheLargest() {
    var random = new SplittableRandom(1);
    long most = 0;
    for (int step = 0; step < 2000; step++) {
      int rows = 1 + random.nextInt(500);
      long taken = 0;
      var lent = new ArrayList<Storage>();
      for (int columns = 1; columns <= 64; columns *= 2) {
        lent.add(pool.lend(DataType.FLOAT32, rows * columns));
        taken += lent.getLast().size();
      }
      lent.reversed().forEach(pool::takeBack);
      most = Math.max(most, taken);
      assertTrue(open <= 2 * most, step + ": " + open + " for " + most);
    }
  }

  @Test
  void theOneThatWasIdleForLongestIsClosed() {
    var first = pool.lend(DataType.FLOAT32, 10_240);
    var second = pool.lend(DataType.FLOAT32, 10_240);
    pool.takeBack(first);
    pool.takeBack(second);
    var small = new ArrayList<Storage>();
    for (int i = 0; i < 40; i++) {
      small.add(pool.lend(DataType.FLOAT32, 512)); // as much again
    }
    small.forEach(pool::takeBack);
    pool.lend(DataType.FLOAT32, 2560); // which none fits
    assertSame(second, pool.lend(DataType.FLOAT32, 10_240));
    assertNotSame(first, pool.lend(DataType.FLOAT32, 10_240));
  }

  @Test
  void refusesWhatIsNotLent() {
    var storage = pool.lend(DataType.FLOAT32, 100);
    var foreign = new Counting().allocate(DataType.FLOAT32, 64);
    assertThrows(IllegalArgumentException.class, () -> pool.takeBack(foreign));
    foreign.close();
    pool.takeBack(storage);
    var e = assertThrows(IllegalArgumentException.class, () -> pool.takeBack(storage));
    assertEquals("storage: expected one that is lent, got one that is not", e.getMessage());
    assertNotSame(pool.lend(DataType.FLOAT32, 100), pool.lend(DataType.FLOAT32, 100));
  }

  @Test
  void idleStoragesAreFreedBeforeMemoryRunsOut() {
    capacity = 10_240;
    pool.takeBack(pool.lend(DataType.FLOAT32, 4096));
    pool.takeBack(pool.lend(DataType.INT32, 2048));
    assertEquals(8192, pool.lend(DataType.FLOAT32, 8192).size());
  }

  @Test
  void memoryThatRanOutLeavesThePoolAsItWas() {
    capacity = 10_240;
    var kept = pool.lend(DataType.FLOAT32, 2048);
    assertThrows(IllegalStateException.class, () -> pool.lend(DataType.FLOAT32, 1 << 20));
    pool.takeBack(kept);
    assertSame(kept, pool.lend(DataType.FLOAT32, 2048));
    pool.takeBack(kept);
    for (int size : new int[] {512, 128}) {
      var lent = new ArrayList<Storage>();
      while (lent.size() * size < 2048) {
        lent.add(pool.lend(DataType.FLOAT32, size));
      }
      lent.forEach(pool::takeBack);
      assertTrue(open <= 2 * 2048, "what could not be lent does not count: " + open);
    }
  }

  @Test
  void whatComesBackAfterTheEndIsClosedAlready() {
    var storage = pool.lend(DataType.FLOAT32, 100);
    pool.close();
    assertEquals(0, open);
    pool.takeBack(storage);
  }

  /** Is a storage of which only the size counts. */
  private final class Counted implements Storage {
    private final DataType type;
    private final int size;

    Counted(DataType type, int size) {
      if (open + size > capacity) {
        throw new IllegalStateException("memory is full");
      }
      this.type = type;
      this.size = size;
      open += size;
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
      open -= size;
    }
  }

  private final class Counting implements Memory {
    @Override
    public Storage allocate(DataType type, int size) {
      return new Counted(type, size);
    }

    @Override
    public void write(Storage storage, int offset, float[] values, int from, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void write(Storage storage, int offset, int[] values, int from, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void read(Storage storage, int offset, float[] values, int to, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void read(Storage storage, int offset, int[] values, int to, int length) {
      throw new UnsupportedOperationException();
    }
  }
}
