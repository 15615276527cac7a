package dev.recurrent.cpu;

import java.util.ArrayList;
import java.util.List;

/**
 * Keeps arrays for use again, so that a training loop allocates nothing once it has seen its
 * shapes. What is kept is at most twice what was ever taken at once: beyond that the array that has
 * been idle for longest goes. Arrays keep their old contents. For one thread at a time.
 */
final class ArrayPool {
  private static final int MOST_LARGER = 2;
  private static final int MOST_KEPT = 2;

  private final List<float[]> free = new ArrayList<>(); // the one idle for longest first
  private long freeElements;
  private long takenElements;
  private long mostTaken; // elements at once

  /** Returns an array with at least {@code size} elements, at most about twice as many. */
  float[] take(int size) {
    int rounded = roundUp(size);
    int found = find(rounded);
    mostTaken = Math.max(mostTaken, takenElements + rounded);
    if (found < 0) {
      makeRoom(rounded);
    }
    var array = found < 0 ? new float[rounded] : remove(found);
    takenElements += array.length;
    return array;
  }

  /** Returns the index of the smallest free one that fits, of equals the last used; or -1. */
  private int find(int size) {
    int best = -1;
    for (int i = free.size() - 1; i >= 0 && (best < 0 || free.get(best).length > size); i--) {
      int length = free.get(i).length;
      if (length >= size
          && length <= (long) MOST_LARGER * size
          && (best < 0 || length < free.get(best).length)) {
        best = i;
      }
    }
    return best;
  }

  private void makeRoom(int size) {
    while (!free.isEmpty() && takenElements + freeElements + size > MOST_KEPT * mostTaken) {
      remove(0);
    }
  }

  private float[] remove(int index) {
    var array = free.remove(index);
    freeElements -= array.length;
    return array;
  }

  /** Takes back an array made by {@link #take}. */
  void give(float[] array) {
    takenElements -= array.length;
    free.add(array);
    freeElements += array.length;
  }

  /** Returns how many elements are kept for use again. */
  long freeElements() {
    return freeElements;
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
