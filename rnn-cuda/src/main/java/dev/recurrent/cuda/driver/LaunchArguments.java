package dev.recurrent.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Collects the arguments of a launch in native memory, as the driver wants them: an array of
 * addresses, one for each argument. Used again for every launch.
 */
public final class LaunchArguments {
  /** The most arguments of a kernel: far below the 4 KB that CUDA allows on every device. */
  private static final int CAPACITY = 480;

  private final MemorySegment values;
  private final MemorySegment pointers;
  private int count;

  /** Allocates room in the given arena. */
  public LaunchArguments(Arena arena) {
    values = arena.allocate(8L * CAPACITY, 8);
    pointers = arena.allocate(8L * CAPACITY, 8);
    for (int i = 0; i < CAPACITY; i++) {
      pointers.setAtIndex(ValueLayout.JAVA_LONG, i, values.address() + 8L * i);
    }
  }

  /** Begins anew. */
  public LaunchArguments start() {
    count = 0;
    return this;
  }

  /** Adds an int. */
  public LaunchArguments add(int value) {
    values.set(ValueLayout.JAVA_INT, 8L * next(), value);
    return this;
  }

  /** Adds a float. */
  public LaunchArguments add(float value) {
    values.set(ValueLayout.JAVA_FLOAT, 8L * next(), value);
    return this;
  }

  /** Adds an address on the device. */
  public LaunchArguments address(long value) {
    values.set(ValueLayout.JAVA_LONG, 8L * next(), value);
    return this;
  }

  /** Returns the array of the addresses of the arguments. */
  public MemorySegment pointers() {
    return pointers;
  }

  private int next() {
    if (count == CAPACITY) {
      throw new IllegalStateException("kernel: expected at most " + CAPACITY + " arguments");
    }
    return count++;
  }
}
