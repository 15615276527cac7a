package dev.recurrent.cpu;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps arrays for use again, so that a training loop allocates nothing once it has seen its
 * shapes. Arrays keep their old contents. For one thread at a time.
 */
final class ArrayPool {
  private static final int MOST_KEPT_PER_SIZE = 64;

  private final List<ArrayDeque<float[]>> free = new ArrayList<>();

  /** Returns an array with at least {@code size} elements, at most an eighth more. */
  float[] take(int size) {
    int rounded = roundUp(size);
    for (var arrays : free) {
      if (!arrays.isEmpty() && arrays.peek().length == rounded) {
        return arrays.pop();
      }
    }
    return new float[rounded];
  }

  /** Takes back an array made by {@link #take}. */
  void give(float[] array) {
    ArrayDeque<float[]> empty = null;
    for (var arrays : free) {
      if (arrays.isEmpty()) {
        empty = arrays;
      } else if (arrays.peek().length == array.length) {
        if (arrays.size() < MOST_KEPT_PER_SIZE) {
          arrays.push(array);
        }
        return;
      }
    }
    if (empty == null) {
      empty = new ArrayDeque<>();
      free.add(empty);
    }
    empty.push(array);
  }

  /** Rounds up to three significant bits, so that nearly equal sizes share arrays. */
  private static int roundUp(int size) {
    if (size <= 64) {
      return 64;
    }
    int step = Integer.highestOneBit(size - 1) >> 3;
    return (int) Math.min(Integer.MAX_VALUE - 8L, ((long) size + step - 1) / step * step);
  }
}
