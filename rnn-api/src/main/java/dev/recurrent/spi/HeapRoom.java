package dev.recurrent.spi;

import java.util.Locale;
import java.util.function.Supplier;

/** Says what was asked for and what there is where the Java heap has no room. */
public final class HeapRoom {
  private static final int MEBI = 20; // bits

  private HeapRoom() {}

  /**
   * Allocates arrays.
   *
   * @param numbers how many they hold
   * @param bytes of each
   * @throws OutOfMemoryError with the sizes and what to lower, if there is no room
   */
  public static <T> T allocate(long numbers, int bytes, Supplier<T> allocation) {
    try {
      return allocation.get();
    } catch (OutOfMemoryError e) {
      var named =
          new OutOfMemoryError(
              String.format(
                  Locale.ROOT,
                  "memory: expected room for %,d more numbers (%,d MiB), got %s; lower the batch"
                      + " size, the steps of a window or the hidden size, or raise -Xmx",
                  numbers,
                  Math.ceilDiv(numbers * bytes, 1L << MEBI),
                  heap()));
      named.initCause(e);
      throw named;
    }
  }

  /** Describes the heap: its limit, and how much of it is in use. */
  public static String heap() {
    var runtime = Runtime.getRuntime();
    return String.format(
        Locale.ROOT,
        "a Java heap of at most %,d MiB, of which %,d are in use",
        runtime.maxMemory() >> MEBI,
        (runtime.totalMemory() - runtime.freeMemory()) >> MEBI);
  }

  /**
   * Returns the number of elements of a matrix.
   *
   * @throws IllegalArgumentException if one array cannot hold them
   */
  public static int elements(int rows, int columns) {
    long elements = (long) rows * columns;
    if (elements > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "matrix: expected at most %,d numbers, got [%d, %d], that is %,d; lower the batch"
                  + " size, the steps of a window, or the number of columns",
              Integer.MAX_VALUE,
              rows,
              columns,
              elements));
    }
    return (int) elements;
  }
}
