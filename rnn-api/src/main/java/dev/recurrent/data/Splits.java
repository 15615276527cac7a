package dev.recurrent.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Splits examples into parts, such as training, validation and test data. The same list, seed and
 * shares give the same parts.
 *
 * <pre>{@code
 * List<List<Review>> parts = Splits.random(reviews, 7, 0.8, 0.1, 0.1);
 * }</pre>
 *
 * <p>Shares are positive and add up to 1; a part of a few examples may be empty.
 */
public final class Splits {
  private static final double TOLERANCE = 1e-6; // 0.7 + 0.2 + 0.1 is not quite 1

  private Splits() {}

  /**
   * Splits examples at random, and shuffles each part.
   *
   * @throws IllegalArgumentException if the shares are not positive or do not add up to 1
   */
  public static <E> List<List<E>> random(List<E> examples, long seed, double... shares) {
    checkShares(shares);
    return cut(shuffled(examples, seed), shares);
  }

  /**
   * Splits examples in their order, for series: the first part is the oldest.
   *
   * @throws IllegalArgumentException if the shares are not positive or do not add up to 1
   */
  public static <E> List<List<E>> chronological(List<E> examples, double... shares) {
    checkShares(shares);
    return cut(examples, shares);
  }

  /**
   * Splits examples at random so that all of one key are in the same part, such as all translations
   * of one sentence: what is tested on was then never trained on.
   *
   * @throws IllegalArgumentException if the shares are not positive or do not add up to 1
   */
  public static <E, K> List<List<E>> byKey(
      List<E> examples, Function<? super E, K> key, long seed, double... shares) {
    checkShares(shares);
    Map<K, List<E>> groups = new LinkedHashMap<>();
    examples.forEach(
        example -> groups.computeIfAbsent(key.apply(example), k -> new ArrayList<>()).add(example));
    int[] ends = ends(examples.size(), shares);
    List<List<E>> parts = new ArrayList<>();
    Arrays.stream(shares).forEach(share -> parts.add(new ArrayList<>()));
    int part = 0;
    int count = 0;
    for (List<E> group : shuffled(List.copyOf(groups.values()), seed)) {
      while (count >= ends[part]) {
        part++;
      }
      parts.get(part).addAll(group);
      count += group.size();
    }
    return parts.stream().map(Collections::unmodifiableList).toList();
  }

  /**
   * Refuses shares that no split could have.
   *
   * @throws IllegalArgumentException if they are not positive or do not add up to 1
   */
  public static void checkShares(double... shares) {
    boolean positive = Arrays.stream(shares).allMatch(share -> share > 0);
    if (!positive || !(Math.abs(Arrays.stream(shares).sum() - 1) < TOLERANCE)) {
      throw new IllegalArgumentException(
          "shares: expected positive numbers that add up to 1, got " + Arrays.toString(shares));
    }
  }

  private static <E> List<E> shuffled(List<E> examples, long seed) {
    List<E> order = new ArrayList<>(examples);
    var random = new SplittableRandom(seed);
    for (int i = order.size() - 1; i > 0; i--) {
      Collections.swap(order, i, random.nextInt(i + 1));
    }
    return order;
  }

  private static <E> List<List<E>> cut(List<E> examples, double[] shares) {
    List<List<E>> parts = new ArrayList<>();
    int from = 0;
    for (int end : ends(examples.size(), shares)) {
      parts.add(List.copyOf(examples.subList(from, end)));
      from = end;
    }
    return List.copyOf(parts);
  }

  /** Returns where each part ends; the last one at the end of all. */
  private static int[] ends(int examples, double[] shares) {
    int[] ends = new int[shares.length];
    double share = 0;
    for (int i = 0; i < shares.length; i++) {
      share += shares[i];
      ends[i] = (int) Math.round(Math.min(1, share) * examples);
    }
    ends[shares.length - 1] = examples;
    return ends;
  }
}
