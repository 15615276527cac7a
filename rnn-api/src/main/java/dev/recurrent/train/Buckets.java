package dev.recurrent.train;

import dev.recurrent.spi.RandomBits;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * Cuts examples into mini-batches of like lengths, in another random order at each epoch: the
 * shuffled examples are taken in chunks of {@value #CHUNK} batches, each chunk is sorted by length
 * and cut, and the batches are shuffled. Packed sequences need no padding anyway; batches of like
 * lengths keep the number of rows of a step high. An order depends only on the seed and the epoch,
 * so that a run may go on in the middle of one.
 *
 * <pre>{@code
 * Batches batches = Buckets.of(reviews, Review::length, new Buckets.Order(32, 7), this::batch);
 * }</pre>
 */
public final class Buckets<E> implements Batches {
  /** The batches whose examples are sorted together. */
  private static final int CHUNK = 50;

  private final List<E> examples;
  private final int[] lengths;
  private final Order order;
  private final Function<List<E>, Batch> collate;
  private int currentEpoch = -1;
  private int[][] batches = {};

  /**
   * Says how examples are cut.
   *
   * @param size the examples of a batch; the last one may have fewer
   * @param seed decides the order
   */
  public record Order(int size, long seed) {

    /** Refuses an empty batch. */
    public Order {
      if (size < 1) {
        throw new IllegalArgumentException("batch: expected at least 1 example, got " + size);
      }
    }
  }

  private Buckets(List<E> examples, int[] lengths, Order order, Function<List<E>, Batch> collate) {
    this.examples = examples;
    this.lengths = lengths;
    this.order = order;
    this.collate = collate;
  }

  /**
   * Cuts examples into batches.
   *
   * @param length the number of steps of an example's input; asked for once
   * @param collate makes a batch of examples
   */
  public static <E> Buckets<E> of(
      List<E> examples, ToIntFunction<E> length, Order order, Function<List<E>, Batch> collate) {
    if (examples.isEmpty()) {
      throw new IllegalArgumentException("examples: expected at least one, got none");
    }
    var lengths = examples.stream().mapToInt(length).toArray();
    return new Buckets<>(examples, lengths, order, collate);
  }

  @Override
  public int count() {
    return Math.ceilDiv(examples.size(), order.size);
  }

  @Override
  public Batch batch(int epoch, int index) {
    return collate.apply(Arrays.stream(rows(epoch, index)).mapToObj(examples::get).toList());
  }

  @Override
  public int steps(int epoch, int index) {
    return Arrays.stream(rows(epoch, index)).map(row -> lengths[row]).max().orElseThrow();
  }

  @Override
  public String fingerprint() {
    return "%d examples of lengths %08x in batches of %d, order of seed %d"
        .formatted(examples.size(), Arrays.hashCode(lengths), order.size, order.seed);
  }

  /** Returns the numbers of a batch's examples. */
  private int[] rows(int epoch, int index) {
    Objects.checkIndex(index, count());
    if (currentEpoch != epoch) {
      batches = cut(epoch);
      currentEpoch = epoch;
    }
    return batches[index];
  }

  private int[][] cut(int epoch) {
    var random = new SplittableRandom(RandomBits.mix(order.seed, epoch));
    var shuffled = new Integer[lengths.length];
    Arrays.setAll(shuffled, i -> i);
    shuffle(shuffled, random);
    long chunk = (long) CHUNK * order.size;
    for (long from = 0; from < shuffled.length; from += chunk) {
      int to = (int) Math.min(from + chunk, shuffled.length);
      Arrays.sort(shuffled, (int) from, to, Comparator.comparingInt(i -> lengths[i]));
    }
    var cut = new int[count()][];
    for (int b = 0; b < cut.length; b++) {
      int from = b * order.size;
      int to = Math.min(from + order.size, shuffled.length);
      cut[b] = Arrays.stream(shuffled, from, to).mapToInt(i -> i).toArray();
    }
    shuffle(cut, random);
    return cut;
  }

  private static <T> void shuffle(T[] values, SplittableRandom random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      var swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
  }
}
