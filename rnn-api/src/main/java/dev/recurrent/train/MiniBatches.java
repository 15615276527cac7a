package dev.recurrent.train;

import dev.recurrent.spi.RandomBits;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Cuts examples into mini-batches, in their own order or shuffled anew at each epoch. The last
 * batch of an epoch may be smaller.
 *
 * <pre>{@code
 * Batches batches = MiniBatches.of(reviews.size(), 32, rows -> Batch.of(inputs(rows), labels(rows)))
 *     .shuffled(7);
 * }</pre>
 */
public final class MiniBatches implements Batches {
  private final int examples;
  private final int size;
  private final Function<int[], Batch> collate;
  private final boolean shuffled;
  private final long seed;
  private int orderEpoch = -1;
  private int[] order = {};

  private MiniBatches(
      int examples, int size, Function<int[], Batch> collate, boolean shuffled, long seed) {
    this.examples = examples;
    this.size = size;
    this.collate = collate;
    this.shuffled = shuffled;
    this.seed = seed;
  }

  /**
   * Cuts examples 0 to {@code examples - 1} into batches.
   *
   * @param size the number of examples in a batch
   * @param collate makes a batch of the examples of the given numbers
   */
  public static MiniBatches of(int examples, int size, Function<int[], Batch> collate) {
    if (examples < 1 || size < 1) {
      throw new IllegalArgumentException(
          "mini-batches: expected at least 1 example in batches of at least 1, got "
              + examples
              + " in batches of "
              + size);
    }
    return new MiniBatches(examples, size, collate, false, 0);
  }

  /** Returns the same examples in another random order at each epoch. */
  public MiniBatches shuffled(long orderSeed) {
    return new MiniBatches(examples, size, collate, true, orderSeed);
  }

  @Override
  public int count() {
    return Math.ceilDiv(examples, size);
  }

  @Override
  public Batch batch(int epoch, int index) {
    java.util.Objects.checkIndex(index, count());
    int from = index * size;
    return collate.apply(Arrays.copyOfRange(order(epoch), from, Math.min(from + size, examples)));
  }

  @Override
  public String fingerprint() {
    String order = shuffled ? "shuffled by seed " + seed : "in order";
    return examples + " examples in batches of " + size + ", " + order;
  }

  private int[] order(int epoch) {
    if (orderEpoch != epoch) {
      order = new int[examples];
      Arrays.setAll(order, i -> i);
      if (shuffled) {
        var random = new SplittableRandom(RandomBits.mix(seed, epoch));
        for (int i = examples - 1; i > 0; i--) {
          int j = random.nextInt(i + 1);
          int swapped = order[i];
          order[i] = order[j];
          order[j] = swapped;
        }
      }
      orderEpoch = epoch;
    }
    return order;
  }
}
