package dev.recurrent.cpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A number that one thread writes and others watch, alone on its cache lines. */
final class Signal {
  private static final VarHandle INTS = MethodHandles.arrayElementVarHandle(int[].class);

  // Two lines on either side: neighbours in the heap and the adjacent-line prefetcher stay away.
  private static final int AT = 32;

  private final int[] padded = new int[2 * AT];

  int get() {
    return (int) INTS.getVolatile(padded, AT);
  }

  void set(int value) {
    INTS.setVolatile(padded, AT, value);
  }

  int getAcquire() {
    return (int) INTS.getAcquire(padded, AT);
  }

  void setRelease(int value) {
    INTS.setRelease(padded, AT, value);
  }
}
