package dev.recurrent.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Collects the arguments of a launch in native memory, as the driver wants them: an array of
 * addresses, one for each argument. Used again for every launch.
 */
public final class LaunchArguments {
  /** The most arguments of a kernel: CUDA 12 allows 32 KB of them. */
  private static final int CAPACITY = 4000;

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

  /** Returns such an array for the arguments as they are now, in memory of the given arena. */
  public MemorySegment copy(Arena arena) {
    var copied = arena.allocate(8L * count, 8).copyFrom(values.asSlice(0, 8L * count));
    var copiedPointers = arena.allocate(8L * count, 8);
    for (int i = 0; i < count; i++) {
      copiedPointers.setAtIndex(ValueLayout.JAVA_LONG, i, copied.address() + 8L * i);
    }
    return copiedPointers;
  }

  private int next() {
    if (count == CAPACITY) {
      throw new IllegalStateException("kernel: expected at most " + CAPACITY + " arguments");
    }
    return count++;
  }
}
