package dev.recurrent.tape;

import dev.recurrent.spi.HeapRoom;
import dev.recurrent.spi.SequenceLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Holds a batch of sequences in the caller's order, on the host: of tokens (one index a step) or of
 * features ({@link #width()} numbers a step). Sequences may have any lengths, 0 included; inside
 * they are packed as {@link SequenceLayout} says. Inputs, targets and labels are all sequences.
 * Immutable.
 *
 * <p>As a target, a negative token is ignored by every loss, and so are rows whose weight is 0.
 */
public final class Sequences {
  /** The token that losses ignore, as in PyTorch; all negative ones are ignored. */
  public static final int IGNORED = -100;

  private final SequenceLayout layout;
  private final int width;
  private volatile int @Nullable [] tokens; // [N]; of a source, once they have been asked for
  private final @Nullable TokenSource source;
  private final float @Nullable [] features; // [N, width]
  private final float @Nullable [] weights; // [N]

  private Sequences(
      SequenceLayout layout,
      int width,
      int @Nullable [] tokens,
      float @Nullable [] features,
      float @Nullable [] weights) {
    this.layout = layout;
    this.width = width;
    this.tokens = tokens;
    source = null;
    this.features = features;
    this.weights = weights;
  }

  /** Holds sequences of tokens; copies them. */
  public static Sequences ofTokens(List<int[]> sequences) {
    var layout = layoutOf(sequences.size(), i -> sequences.get(i).length);
    var packed = new int[layout.totalRows()];
    forEachRow(layout, (row, sequence, step) -> packed[row] = sequences.get(sequence)[step]);
    return new Sequences(layout, 1, packed, null, null);
  }

  /**
   * Holds sequences of features, {@code [length][width]} each; copies them.
   *
   * @throws IllegalArgumentException if the rows differ in width, or there is none to tell it
   */
  public static Sequences ofFeatures(List<float[][]> sequences) {
    int width = -1;
    for (int i = 0; i < sequences.size(); i++) {
      for (var row : sequences.get(i)) {
        if ((width >= 0 && row.length != width) || row.length == 0) {
          throw new IllegalArgumentException(
              "sequence "
                  + i
                  + ": expected rows of "
                  + (width < 0 ? "at least 1" : width)
                  + " features, got "
                  + row.length);
        }
        width = row.length;
      }
    }
    if (width < 0) {
      throw new IllegalArgumentException(
          "sequences: expected at least one step in one of them, got none");
    }
    int columns = width;
    var layout = layoutOf(sequences.size(), i -> sequences.get(i).length);
    var packed = new float[HeapRoom.elements(layout.totalRows(), columns)];
    forEachRow(
        layout,
        (row, sequence, step) ->
            System.arraycopy(sequences.get(sequence)[step], 0, packed, row * columns, columns));
    return new Sequences(layout, columns, null, packed, null);
  }

  /** Holds one sequence of tokens. */
  public static Sequences ofSequence(int... tokens) {
    return timeMajor(tokens, tokens.length, 1);
  }

  /** Holds one sequence of features, {@code [length][width]}. */
  public static Sequences ofSequence(float[][] features) {
    return ofFeatures(java.util.Collections.singletonList(features));
  }

  /**
   * Holds sequences of equal length given step by step: the token of step t of sequence b is {@code
   * tokens[t * batch + b]}. Copies them.
   */
  public static Sequences timeMajor(int[] tokens, int steps, int batch) {
    requireLength("tokens", tokens.length, steps, batch, 1);
    return new Sequences(SequenceLayout.uniform(steps, batch), 1, tokens.clone(), null, null);
  }

  /** Gives the tokens of sequences, none of them negative, when they are needed. */
  @FunctionalInterface
  public interface TokenSource {
    /** Returns the token of a step of a sequence, always the same; any thread may call it. */
    int token(int step, int sequence);
  }

  /**
   * Holds sequences of equal length whose tokens are made when they are asked for, those of a
   * window alone: for a text that is too long to be held as four bytes a token.
   */
  public static Sequences timeMajor(TokenSource source, int steps, int batch) {
    return new Sequences(SequenceLayout.uniform(steps, batch), source);
  }

  private Sequences(SequenceLayout layout, TokenSource source) {
    this.layout = layout;
    this.source = source;
    width = 1;
    features = null;
    weights = null;
  }

  /** Holds sequences of features of equal length, {@code [steps, batch, width]}; copies them. */
  public static Sequences timeMajor(float[] features, int steps, int batch, int width) {
    requireLength("features", features.length, steps, batch, width);
    return new Sequences(SequenceLayout.uniform(steps, batch), width, null, features.clone(), null);
  }

  /** Holds one label for each sequence of a batch: sequences of one token. */
  public static Sequences ofLabels(int... labels) {
    return timeMajor(labels, 1, labels.length);
  }

  /** Holds one row of numbers for each sequence of a batch, {@code [batch][width]}. */
  public static Sequences ofRows(float[]... rows) {
    return ofFeatures(Arrays.stream(rows).map(row -> new float[][] {row}).toList());
  }

  /** Returns how the rows are packed. */
  public SequenceLayout layout() {
    return layout;
  }

  /** Returns the number of sequences. */
  public int batch() {
    return layout.batch();
  }

  /** Returns the number of steps of the longest sequence. */
  public int steps() {
    return layout.steps();
  }

  /** Returns the number of features of a step; 1 for tokens. */
  public int width() {
    return width;
  }

  /** Tells whether these are tokens. */
  public boolean hasTokens() {
    return tokens != null || source != null;
  }

  /** Tells whether a loss may have to ignore tokens; those of a source count all. */
  public boolean mayHaveIgnoredTokens() {
    return tokens != null && source == null;
  }

  /** Returns the largest token, or -1 where there is none. */
  public int largestToken() {
    int largest = -1;
    for (int token : packedTokens()) {
      largest = Math.max(largest, token);
    }
    return largest;
  }

  /**
   * Returns the packed tokens, {@code [N]}; not to be written to.
   *
   * @throws IllegalArgumentException if these are features
   */
  public int[] packedTokens() {
    var packed = tokens;
    if (packed == null) {
      if (source == null) {
        throw new IllegalArgumentException("sequences: expected tokens, got " + this);
      }
      packed = packed(source, 0, steps());
      tokens = packed;
    }
    return packed;
  }

  private int[] packed(TokenSource from, int first, int last) {
    var packed = new int[Math.multiplyExact(last - first, batch())];
    for (int t = first; t < last; t++) {
      for (int b = 0; b < batch(); b++) {
        packed[(t - first) * batch() + b] = from.token(t, b);
      }
    }
    return packed;
  }

  /**
   * Returns the packed features, {@code [N, width]}; not to be written to.
   *
   * @throws IllegalArgumentException if these are tokens
   */
  public float[] packedFeatures() {
    if (features == null) {
      throw new IllegalArgumentException("sequences: expected features, got " + this);
    }
    return features;
  }

  /** Returns the packed weights of the rows, {@code [N]}, or null where all are 1. */
  public float @Nullable [] packedWeights() {
    return weights;
  }

  /** Returns the number of rows that count as targets: of a weight above 0 and not ignored. */
  public int targetRows() {
    int count = 0;
    var known = mayHaveIgnoredTokens() ? tokens : null;
    for (int row = 0; row < layout.totalRows(); row++) {
      boolean ignored = known != null && known[row] < 0;
      boolean weightless = weights != null && !(weights[row] > 0);
      count += ignored || weightless ? 0 : 1;
    }
    return count;
  }

  /**
   * Returns the same sequences with a weight for each step of each, in the caller's order; 0 leaves
   * a step out of the loss. Tokens of weight 0 become {@link #IGNORED}, and features of weight 0
   * that are not finite, such as a target that is not known, become 0.
   *
   * @throws IllegalArgumentException if a weight is negative or not finite
   */
  public Sequences weighted(List<float[]> weightsOfSequences) {
    var packed = new float[layout.totalRows()];
    requireSameLengths(weightsOfSequences);
    forEachRow(
        layout,
        (row, sequence, step) -> {
          float weight = weightsOfSequences.get(sequence)[step];
          if (!(weight >= 0) || Float.isInfinite(weight)) {
            throw new IllegalArgumentException(
                "weight at step "
                    + step
                    + " of sequence "
                    + sequence
                    + ": expected a finite number of at least 0, got "
                    + weight);
          }
          packed[row] = weight;
        });
    return withPackedWeights(packed);
  }

  /**
   * Refuses features that are not finite numbers.
   *
   * @param name of the sequences, for the message
   * @throws IllegalArgumentException naming the feature, step and sequence, which count from 0
   */
  public void requireFinite(String name) {
    var numbers = features;
    if (numbers == null || allFinite(numbers)) {
      return;
    }
    forEachRow(
        layout,
        (row, sequence, step) -> {
          for (int i = 0; i < width; i++) {
            float number = numbers[row * width + i];
            if (!Float.isFinite(number)) {
              throw new IllegalArgumentException(
                  name
                      + ": expected finite numbers, got "
                      + number
                      + " at step "
                      + step
                      + " of sequence "
                      + sequence
                      + ", feature "
                      + i);
            }
          }
        });
  }

  private static boolean allFinite(float[] numbers) {
    boolean all = true;
    for (float number : numbers) {
      all &= Float.isFinite(number);
    }
    return all;
  }

  /** Gives a step of a sequence another token. */
  @FunctionalInterface
  public interface TokenFunction {
    /** Returns the new token. */
    int apply(int sequence, int step, int token);
  }

  /** Returns sequences of the same lengths and weights with other tokens. */
  public Sequences mapTokens(TokenFunction function) {
    var old = packedTokens();
    var mapped = new int[old.length];
    forEachRow(
        layout, (row, sequence, step) -> mapped[row] = function.apply(sequence, step, old[row]));
    return new Sequences(layout, width, mapped, null, weights);
  }

  /** Returns the same sequences with weight 0 for all steps before {@code step}. */
  public Sequences ignoringBefore(int step) {
    if (step <= 0) {
      return this;
    }
    var packed = new float[layout.totalRows()];
    Arrays.fill(packed, 1);
    if (weights != null) {
      System.arraycopy(weights, 0, packed, 0, packed.length);
    }
    Arrays.fill(packed, 0, layout.rowStart(Math.min(step, layout.steps())), 0);
    return withPackedWeights(packed);
  }

  /**
   * Returns steps {@code from} to {@code to} (exclusive) of all sequences, each as far as it goes:
   * a sequence that has ended is of length 0.
   */
  public Sequences window(int from, int to) {
    if (from < 0 || to < from || to > steps()) {
      throw new IllegalArgumentException(
          "window: expected 0 <= from <= to <= " + steps() + ", got " + from + " to " + to);
    }
    if (from == 0 && to == steps()) {
      return this;
    }
    if (source != null) {
      var part = SequenceLayout.uniform(to - from, batch());
      return new Sequences(part, 1, packed(source, from, to), null, null);
    }
    var known = tokens;
    if (layout.isUniform()) {
      int first = layout.rowStart(from);
      int last = layout.rowStart(to);
      return new Sequences(
          SequenceLayout.uniform(to - from, batch()),
          width,
          known == null ? null : Arrays.copyOfRange(known, first, last),
          features == null ? null : Arrays.copyOfRange(features, first * width, last * width),
          weights == null ? null : Arrays.copyOfRange(weights, first, last));
    }
    return raggedWindow(from, to);
  }

  private Sequences raggedWindow(int from, int to) {
    var lengths = new int[batch()];
    var position = new int[batch()];
    for (int i = 0; i < batch(); i++) {
      lengths[layout.originalIndex(i)] = Math.max(0, Math.min(layout.sortedLength(i), to) - from);
      position[layout.originalIndex(i)] = i;
    }
    var part = SequenceLayout.ofLengths(lengths);
    var known = tokens;
    int[] newTokens = known == null ? null : new int[part.totalRows()];
    float[] newFeatures = features == null ? null : new float[part.totalRows() * width];
    float[] newWeights = weights == null ? null : new float[part.totalRows()];
    forEachRow(
        part,
        (row, sequence, step) -> {
          int old = layout.rowStart(from + step) + position[sequence];
          if (known != null && newTokens != null) {
            newTokens[row] = known[old];
          }
          if (features != null && newFeatures != null) {
            System.arraycopy(features, old * width, newFeatures, row * width, width);
          }
          if (weights != null && newWeights != null) {
            newWeights[row] = weights[old];
          }
        });
    return new Sequences(part, width, newTokens, newFeatures, newWeights);
  }

  @Override
  public String toString() {
    return (hasTokens() ? "tokens" : "features of width " + width) + " in " + layout;
  }

  /**
   * Puts packed rows of the given width into the caller's order: {@code [length][columns]} each.
   */
  static List<float[][]> unpack(float[] rows, int columns, SequenceLayout layout) {
    var sequences = new float[layout.batch()][][];
    for (int i = 0; i < sequences.length; i++) {
      sequences[layout.originalIndex(i)] = new float[layout.sortedLength(i)][];
    }
    forEachRow(
        layout,
        (row, sequence, step) ->
            sequences[sequence][step] =
                Arrays.copyOfRange(rows, row * columns, (row + 1) * columns));
    return new ArrayList<>(Arrays.asList(sequences));
  }

  private interface RowVisitor {
    void visit(int row, int sequence, int step);
  }

  private static void forEachRow(SequenceLayout layout, RowVisitor visitor) {
    for (int t = 0; t < layout.steps(); t++) {
      int first = layout.rowStart(t);
      for (int i = 0; i < layout.batchSize(t); i++) {
        visitor.visit(first + i, layout.originalIndex(i), t);
      }
    }
  }

  private Sequences withPackedWeights(float[] packed) {
    if (!hasTokens()) {
      return new Sequences(layout, width, null, knownFeatures(packed), packed);
    }
    var kept = packedTokens().clone();
    for (int row = 0; row < kept.length; row++) {
      if (!(packed[row] > 0)) {
        kept[row] = IGNORED;
      }
    }
    return new Sequences(layout, width, kept, null, packed);
  }

  /** Returns the features with 0 for those that do not count and are not finite: 0 · NaN is NaN. */
  private float[] knownFeatures(float[] packedWeights) {
    var known = packedFeatures();
    if (allFinite(known)) {
      return known;
    }
    known = known.clone();
    for (int i = 0; i < known.length; i++) {
      if (packedWeights[i / width] == 0 && !Float.isFinite(known[i])) {
        known[i] = 0;
      }
    }
    return known;
  }

  private void requireSameLengths(List<float[]> given) {
    if (given.size() != batch()) {
      throw new IllegalArgumentException(
          "weights: expected " + batch() + " sequences, got " + given.size());
    }
    for (int i = 0; i < batch(); i++) {
      int got = given.get(layout.originalIndex(i)).length;
      if (got != layout.sortedLength(i)) {
        throw new IllegalArgumentException(
            "weights of sequence "
                + layout.originalIndex(i)
                + ": expected "
                + layout.sortedLength(i)
                + " steps, got "
                + got);
      }
    }
  }

  private static SequenceLayout layoutOf(int batch, IntFunction<Integer> length) {
    var lengths = new int[batch];
    Arrays.setAll(lengths, length::apply);
    return SequenceLayout.ofLengths(lengths);
  }

  private static void requireLength(String name, int got, int steps, int batch, int width) {
    if (steps < 0 || batch < 0 || width < 1) {
      throw new IllegalArgumentException(
          name
              + ": expected steps, batch >= 0 and width >= 1, got "
              + steps
              + ", "
              + batch
              + " and "
              + width);
    }
    if ((long) steps * batch * width != got) {
      throw new IllegalArgumentException(
          name
              + ": expected [steps="
              + steps
              + ", batch="
              + batch
              + ", width="
              + width
              + "] = "
              + (long) steps * batch * width
              + " values, got "
              + got);
    }
  }
}
