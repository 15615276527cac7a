package dev.recurrent.train;

import dev.recurrent.CheckReturnValue;
import dev.recurrent.spi.RandomBits;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Cuts examples into mini-batches, in their own order or shuffled anew at each epoch. The last
 * batch of an epoch may be smaller.
 *
 * <pre>{@code
 * Batches batches = MiniBatches.of(reviews.size(), 32, rows -> Batch.of(inputs(rows), labels(rows)))
 *     .shuffled(7);
 * }</pre>
 */
@CheckReturnValue
public final class MiniBatches implements Batches {
  private final int examples;
  private final int size;
  private final Making making;
  private final @Nullable Long seed; // of the order; null for the examples' own
  private int orderEpoch = -1;
  private int[] order = {};

  /** Says how a batch is made, and how many steps an example has where that is known without. */
  private record Making(Function<int[], Batch> collate, @Nullable IntUnaryOperator steps) {}

  private MiniBatches(int examples, int size, Making making, @Nullable Long seed) {
    this.examples = examples;
    this.size = size;
    this.making = making;
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
    return new MiniBatches(examples, size, new Making(collate, null), null);
  }

  /** Returns the same examples in another random order at each epoch. */
  public MiniBatches shuffled(long orderSeed) {
    return new MiniBatches(examples, size, making, orderSeed);
  }

  /**
   * Returns the same batches, whose steps are known without making them.
   *
   * @param stepsOfExample gives the number of steps of an example's input by its number
   */
  public MiniBatches withSteps(IntUnaryOperator stepsOfExample) {
    return new MiniBatches(examples, size, new Making(making.collate, stepsOfExample), seed);
  }

  @Override
  public int count() {
    return Math.ceilDiv(examples, size);
  }

  @Override
  public Batch batch(int epoch, int index) {
    return making.collate.apply(rows(epoch, index));
  }

  @Override
  public int steps(int epoch, int index) {
    return making.steps == null
        ? batch(epoch, index).steps()
        : Arrays.stream(rows(epoch, index)).map(making.steps).max().orElseThrow();
  }

  @Override
  public String fingerprint() {
    String order = seed == null ? "in order" : "shuffled by seed " + seed;
    return examples + " examples in batches of " + size + ", " + order;
  }

  /** Returns the numbers of a batch's examples. */
  private int[] rows(int epoch, int index) {
    Objects.checkIndex(index, count());
    int from = index * size;
    return Arrays.copyOfRange(order(epoch), from, Math.min(from + size, examples));
  }

  private int[] order(int epoch) {
    if (orderEpoch != epoch) {
      order = new int[examples];
      Arrays.setAll(order, i -> i);
      if (seed != null) {
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
