package dev.recurrent.layer;

import dev.recurrent.cell.Initializer;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.Tensor;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Lets each query look at all steps of a source sequence: scores of the query q and the steps k,
 * their softmax as weights, and the sum of the steps with these weights as the context.
 *
 * <table>
 * <caption>Scores</caption>
 * <tr><td>{@link #additive}</td><td>vᵀ tanh(W q + U k)</td><td>Bahdanau et al. 2015</td></tr>
 * <tr><td>{@link #general}</td><td>qᵀ W k</td><td>Luong et al. 2015</td></tr>
 * <tr><td>{@link #dot}</td><td>qᵀ k</td><td>Luong et al. 2015</td></tr>
 * <tr><td>with {@link #scaled}</td><td>qᵀ W k / √d, qᵀ k / √d</td><td>Vaswani et al. 2017</td></tr>
 * </table>
 *
 * <pre>{@code
 * var attention = Attention.general().between(256, 512).build(backend, 1);
 * var memory = attention.memory(encoded);               // [N, 512], packed: projected once
 * var attended = attention.on(memory, queries);         // all steps of the target at once
 * }</pre>
 *
 * <p>Source sequences may have any lengths; the context of one of length 0 is zeros. The parameters
 * are {@code query [size, querySize]}, {@code key [size, keySize]} and {@code score [size]} of the
 * additive score, {@code weight [querySize, keySize]} of the general one.
 *
 * <p>Threads: see {@link Layer}.
 */
public final class Attention extends Layer {
  private final Score score;
  private final int size;
  private int querySize;
  private int keySize;
  private boolean scaled;
  private @Nullable Parameter query;
  private @Nullable Parameter key;
  private @Nullable Parameter vector;

  private enum Score {
    ADDITIVE,
    GENERAL,
    DOT
  }

  private Attention(Score score, int size) {
    this.score = score;
    this.size = size;
  }

  /** Scores by vᵀ tanh(W q + U k), whose inner vectors are of the given size. */
  public static Attention additive(int size) {
    return new Attention(Score.ADDITIVE, Checks.positive("attention size", size));
  }

  /** Scores by qᵀ W k. */
  public static Attention general() {
    return new Attention(Score.GENERAL, 0);
  }

  /** Scores by qᵀ k, which have to be of one size. */
  public static Attention dot() {
    return new Attention(Score.DOT, 0);
  }

  /**
   * Divides the scores by the root of the query's size (Vaswani et al. 2017, section 3.2.1):
   * products of long vectors are large, and a softmax that takes one step alone learns no other.
   * Steps of Adam, which are as large for each weight of a general score, soon make it so.
   *
   * @throws IllegalStateException for an additive score, which has bounds of its own
   */
  public Attention scaled() {
    requireNotBuilt();
    if (score == Score.ADDITIVE) {
      throw new IllegalStateException(
          "scaled: expected a score that is a product, got an additive one");
    }
    scaled = true;
    return this;
  }

  /**
   * Sets the sizes of queries and source steps; a decoder does so for its own attention.
   *
   * @throws IllegalArgumentException if a dot product is asked for between different sizes
   */
  public Attention between(int newQuerySize, int newKeySize) {
    requireNotBuilt();
    if (score == Score.DOT && newQuerySize != newKeySize) {
      throw new IllegalArgumentException(
          "dot attention: expected queries and keys of one size, got "
              + newQuerySize
              + " and "
              + newKeySize
              + "; general attention takes different ones");
    }
    querySize = Checks.positive("query size", newQuerySize);
    keySize = Checks.positive("key size", newKeySize);
    return this;
  }

  @Override
  public Attention build(Backend backend, long seed) {
    super.build(backend, seed);
    return this;
  }

  /** Returns the number of columns of a query. */
  public int querySize() {
    return querySize;
  }

  /** Returns the number of columns of a source step, and of a context. */
  public int keySize() {
    return keySize;
  }

  /**
   * Prepares the source sequences to be attended to, once for all queries.
   *
   * @param source the steps, {@code [N, keySize]}, packed; they are the values, too
   */
  public AttentionMemory memory(Tensor source) {
    Checks.columns(describe() + " source", source, keySize);
    var tape = source.tape();
    var values = AttentionMemory.sequenceAfterSequence(source);
    var keys =
        switch (score) {
          case ADDITIVE, GENERAL ->
              values.multiplyTransposed(tape.of(Checks.built(key, describe())));
          case DOT -> values;
        };
    return new AttentionMemory(keys, values, AttentionMemory.starts(source.sequenceLayout()));
  }

  /**
   * Attends with the queries of all steps at once: packed sequences of which the caller's sequence
   * i attends to source sequence i, or a matrix {@code [B, querySize]} of one query for each.
   *
   * @param queries {@code [R, querySize]}
   */
  public AttentionResult on(AttentionMemory memory, Tensor queries) {
    var layout = queries.layout();
    int batch = layout == null ? queries.rows() : layout.batch();
    if (batch != memory.batch()) {
      throw new IllegalArgumentException(
          describe()
              + " queries: expected those of "
              + memory.batch()
              + " source sequences, got those of "
              + batch);
    }
    return on(
        memory,
        queries,
        layout == null ? IntStream.range(0, batch).toArray() : sequencesOf(layout));
  }

  /**
   * Attends with any queries.
   *
   * @param queries {@code [R, querySize]}
   * @param sequences for each query the index of the source sequence to attend to
   */
  public AttentionResult on(AttentionMemory memory, Tensor queries, int[] sequences) {
    Checks.columns(describe() + " queries", queries, querySize);
    if (sequences.length != queries.rows()) {
      throw new IllegalArgumentException(
          describe()
              + " sequences: expected one for each of "
              + queries.rows()
              + " queries, got "
              + sequences.length);
    }
    for (int sequence : sequences) {
      Objects.checkIndex(sequence, memory.batch());
    }
    if (query == null || vector == null) {
      var q = scaled ? queries.times(1 / Math.sqrt(querySize)) : queries;
      return AttentionOperation.attend(memory, q, sequences, null);
    }
    var tape = queries.tape();
    var projected = queries.multiplyTransposed(tape.of(query));
    return AttentionOperation.attend(memory, projected, sequences, tape.of(vector));
  }

  /** Returns for each packed row the caller's index of its sequence. */
  static int[] sequencesOf(SequenceLayout layout) {
    var sequences = new int[layout.totalRows()];
    for (int t = 0; t < layout.steps(); t++) {
      for (int i = 0; i < layout.batchSize(t); i++) {
        sequences[layout.rowStart(t) + i] = layout.originalIndex(i);
      }
    }
    return sequences;
  }

  @Override
  protected void declare(Declaration declaration) {
    if (querySize == 0) {
      throw new IllegalStateException(
          describe() + ": expected the sizes of queries and keys; call between first");
    }
    var glorot = Initializer.glorot();
    switch (score) {
      case ADDITIVE -> {
        query = declaration.matrix("query", size, querySize, glorot);
        key = declaration.matrix("key", size, keySize, glorot);
        vector = declaration.vector("score", size, glorot);
      }
      case GENERAL -> key = declaration.matrix("weight", querySize, keySize, glorot);
      case DOT -> {}
    }
  }

  @Override
  protected Map<String, String> configuration() {
    var text = new LinkedHashMap<String, String>();
    text.put("score", score.name().toLowerCase(Locale.ROOT));
    text.put("scaled", "" + scaled);
    text.put("query", "" + querySize);
    text.put("key", "" + keySize);
    if (score == Score.ADDITIVE) {
      text.put("size", "" + size);
    }
    return text;
  }
}
