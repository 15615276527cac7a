package dev.recurrent.data;

import java.util.ArrayList;
import java.util.List;

/** Holds numbers in blocks, so that growing copies nothing and needs no more than one block. */
final class GrowingLongs {
  private static final int BLOCK_BITS = 14;
  private static final int BLOCK = 1 << BLOCK_BITS;

  private final List<long[]> blocks = new ArrayList<>();
  private int size;

  void add(long value) {
    if (size == blocks.size() << BLOCK_BITS) {
      blocks.add(new long[BLOCK]);
    }
    blocks.getLast()[size & (BLOCK - 1)] = value;
    size = Math.addExact(size, 1);
  }

  long get(int index) {
    return blocks.get(index >> BLOCK_BITS)[index & (BLOCK - 1)];
  }

  int size() {
    return size;
  }
}
