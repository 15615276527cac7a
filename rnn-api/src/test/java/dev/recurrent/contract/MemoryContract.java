package dev.recurrent.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Storage;
import org.junit.jupiter.api.Test;

/** What memory promises. */
interface MemoryContract extends ContractSubject {
  @Test
  default void newStorageHoldsZeros() {
    for (int size : new int[] {0, 1, 17, 1000}) {
      // A second time, in the place of storage that was used and freed.
      for (int round = 0; round < 2; round++) {
        try (var storage = backend().memory().allocate(DataType.FLOAT32, size)) {
          var values = new float[size];
          java.util.Arrays.fill(values, Float.NaN);
          backend().memory().read(storage, 0, values, 0, size);
          assertArrayEquals(new float[size], values);
          java.util.Arrays.fill(values, 5);
          backend().memory().write(storage, 0, values, 0, size);
        }
      }
    }
  }

  @Test
  default void storageKnowsItsTypeAndSize() {
    try (var floats = backend().memory().allocate(DataType.FLOAT32, 7);
        var ints = backend().memory().allocate(DataType.INT32, 0)) {
      assertEquals(DataType.FLOAT32, floats.type());
      assertEquals(7, floats.size());
      assertEquals(DataType.INT32, ints.type());
      assertEquals(0, ints.size());
    }
  }

  @Test
  default void floatsComeBackToTheBitFromTheRangeTheyWereWrittenTo() {
    try (var storage = backend().memory().allocate(DataType.FLOAT32, 6)) {
      var values = new float[] {9, 1.1f, -0f, Float.NaN, Float.NEGATIVE_INFINITY, 9};
      backend().memory().write(storage, 1, values, 1, 4);
      var read = new float[] {8, 8, 8, 8, 8, 8, 8};
      backend().memory().read(storage, 1, read, 2, 5);
      assertArrayEquals(new float[] {8, 8, 1.1f, -0f, Float.NaN, Float.NEGATIVE_INFINITY, 0}, read);
    }
  }

  @Test
  default void intsComeBackFromTheRangeTheyWereWrittenTo() {
    try (var storage = backend().memory().allocate(DataType.INT32, 4)) {
      backend().memory().write(storage, 1, new int[] {9, Integer.MIN_VALUE, 0x1234567}, 1, 2);
      var read = new int[] {8, 8, 8, 8};
      backend().memory().read(storage, 0, read, 0, 4);
      assertArrayEquals(new int[] {0, Integer.MIN_VALUE, 0x1234567, 0}, read);
    }
  }

  @Test
  default void rangesOutsideAreRefusedAndNothingIsWritten() {
    var memory = backend().memory();
    try (var storage = memory.allocate(DataType.FLOAT32, 4)) {
      var three = new float[] {1, 2, 3};
      assertThrows(IndexOutOfBoundsException.class, () -> memory.write(storage, 2, three, 0, 3));
      assertThrows(IndexOutOfBoundsException.class, () -> memory.write(storage, -1, three, 0, 1));
      assertThrows(IndexOutOfBoundsException.class, () -> memory.write(storage, 0, three, 1, 3));
      assertThrows(IndexOutOfBoundsException.class, () -> memory.read(storage, 3, three, 0, 2));
      assertThrows(IndexOutOfBoundsException.class, () -> memory.read(storage, 0, three, 0, 4));
      assertThrows(IndexOutOfBoundsException.class, () -> memory.read(storage, 0, three, 0, -1));
      assertArrayEquals(new float[] {1, 2, 3}, three);
      var all = new float[4];
      memory.read(storage, 0, all, 0, 4);
      assertArrayEquals(new float[4], all);
    }
  }

  @Test
  default void storageOfTheOtherTypeIsRefused() {
    var memory = backend().memory();
    try (var floats = memory.allocate(DataType.FLOAT32, 2);
        var ints = memory.allocate(DataType.INT32, 2)) {
      assertThrows(IllegalArgumentException.class, () -> memory.write(floats, 0, new int[2], 0, 2));
      assertThrows(IllegalArgumentException.class, () -> memory.write(ints, 0, new float[2], 0, 2));
      assertThrows(IllegalArgumentException.class, () -> memory.read(floats, 0, new int[2], 0, 2));
      assertThrows(IllegalArgumentException.class, () -> memory.read(ints, 0, new float[2], 0, 2));
    }
  }

  @Test
  default void storageOfAnotherBackendIsRefused() {
    var foreign =
        new Storage() {
          @Override
          public DataType type() {
            return DataType.FLOAT32;
          }

          @Override
          public int size() {
            return 2;
          }

          @Override
          public void close() {}
        };
    var memory = backend().memory();
    assertThrows(
        IllegalArgumentException.class, () -> memory.write(foreign, 0, new float[2], 0, 2));
    assertThrows(IllegalArgumentException.class, () -> memory.read(foreign, 0, new float[2], 0, 2));
  }

  @Test
  default void storageMayBeClosedAgain() {
    var storage = backend().memory().allocate(DataType.FLOAT32, 3);
    storage.close();
    storage.close();
  }
}
