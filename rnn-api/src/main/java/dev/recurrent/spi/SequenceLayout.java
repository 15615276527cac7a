package dev.recurrent.spi;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Says how the sequences of a batch are packed: rows sorted by falling length, and at each step
 * only the rows that are still running, so that padding costs nothing. The packed rows of step t
 * are {@code rowStart(t)} to {@code rowStart(t) + batchSize(t)}; row {@code i} of every step
 * belongs to the caller's sequence {@code order()[i]}. Immutable.
 */
public final class SequenceLayout {
  private static final int LENGTHS_SHOWN = 8;

  private final int[] order;
  private final int[] sortedLengths;
  private final int[] batchSizes;
  private final int[] rowStarts;
  private final boolean sorted;

  private SequenceLayout(int[] lengths) {
    order =
        IntStream.range(0, lengths.length)
            .boxed()
            .sorted((a, b) -> Integer.compare(lengths[b], lengths[a]))
            .mapToInt(Integer::intValue)
            .toArray();
    sortedLengths = Arrays.stream(order).map(i -> lengths[i]).toArray();
    int steps = lengths.length == 0 ? 0 : sortedLengths[0];
    batchSizes = new int[steps];
    rowStarts = new int[steps + 1];
    int active = lengths.length;
    for (int t = 0; t < steps; t++) {
      while (sortedLengths[active - 1] <= t) {
        active--;
      }
      batchSizes[t] = active;
      long end = (long) rowStarts[t] + active;
      if (end > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "sequences: expected at most "
                + Integer.MAX_VALUE
                + " steps in all, got more in "
                + lengths.length
                + "; make smaller batches");
      }
      rowStarts[t + 1] = (int) end;
    }
    sorted = IntStream.range(0, order.length).allMatch(i -> order[i] == i);
  }

  /** Packs sequences of the given lengths, which may be 0 and come in any order. */
  public static SequenceLayout ofLengths(int... lengths) {
    for (int i = 0; i < lengths.length; i++) {
      if (lengths[i] < 0) {
        throw new IllegalArgumentException(
            "length of sequence " + i + ": expected 0 or more, got " + lengths[i]);
      }
    }
    return new SequenceLayout(lengths.clone());
  }

  /** Packs {@code batch} sequences of {@code steps} steps each. */
  public static SequenceLayout uniform(int steps, int batch) {
    var lengths = new int[batch];
    Arrays.fill(lengths, steps);
    return ofLengths(lengths);
  }

  /** Returns the number of sequences, B. */
  public int batch() {
    return order.length;
  }

  /** Returns the number of steps of the longest sequence, T. */
  public int steps() {
    return batchSizes.length;
  }

  /** Returns the number of packed rows, N: the sum of all lengths. */
  public int totalRows() {
    return rowStarts[batchSizes.length];
  }

  /** Returns the number of sequences that are running at step t. */
  public int batchSize(int t) {
    return batchSizes[t];
  }

  /** Returns the first packed row of step t. */
  public int rowStart(int t) {
    return rowStarts[t];
  }

  /** Returns the length of the sequence in sorted row {@code i}. */
  public int sortedLength(int i) {
    return sortedLengths[i];
  }

  /** Returns the caller's index of the sequence in sorted row {@code i}. */
  public int originalIndex(int i) {
    return order[i];
  }

  /** Returns for each sorted row the caller's index of its sequence. */
  public List<Integer> order() {
    return Arrays.stream(order).boxed().toList();
  }

  /** Tells whether the caller's order is the packed one. */
  public boolean isSorted() {
    return sorted;
  }

  /** Tells whether all sequences have the same length. */
  public boolean isUniform() {
    return order.length == 0 || sortedLengths[order.length - 1] == sortedLengths[0];
  }

  /** Returns the length of each sequence, in the caller's order. */
  public int[] lengths() {
    var lengths = new int[batch()];
    for (int i = 0; i < lengths.length; i++) {
      lengths[order[i]] = sortedLengths[i];
    }
    return lengths;
  }

  /**
   * Refuses sequences whose packed rows are not the same steps of the same sequences as these.
   *
   * @param what is to go together, for the message
   * @throws IllegalArgumentException if a length differs
   */
  public void requireSame(String what, SequenceLayout other) {
    if (equals(other)) {
      return;
    }
    int differs = Math.max(0, Arrays.mismatch(lengths(), other.lengths()));
    boolean shown = Math.max(batch(), other.batch()) <= LENGTHS_SHOWN || batch() != other.batch();
    throw new IllegalArgumentException(
        what
            + ": expected sequences of "
            + (shown
                ? this + ", got " + other.shownLengths()
                : lengths()[differs]
                    + " steps at index "
                    + differs
                    + ", got "
                    + other.lengths()[differs]));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SequenceLayout layout
        && Arrays.equals(order, layout.order)
        && Arrays.equals(sortedLengths, layout.sortedLengths);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(order) + Arrays.hashCode(sortedLengths);
  }

  @Override
  public String toString() {
    return "lengths " + shownLengths();
  }

  private String shownLengths() {
    var lengths = Arrays.stream(lengths()).limit(LENGTHS_SHOWN).mapToObj(Integer::toString);
    String end = batch() <= LENGTHS_SHOWN ? ")" : ", …) of " + batch() + " sequences";
    return lengths.collect(Collectors.joining(", ", "(", end));
  }
}
