package dev.recurrent.layer;

import dev.recurrent.cell.Initializer;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Turns tokens into vectors: row k of its weight {@code [vocabulary, size]} is the vector of token
 * k. A negative token gives zeros. The weight starts normal with deviation 1, as in PyTorch.
 *
 * <p>Threads: see {@link Layer}.
 */
public final class Embedding extends Layer {
  private final int vocabulary;
  private final int size;
  private final Map<Integer, float[]> given = new HashMap<>(); // by token
  private Initializer initializer = Initializer.normal(1);
  private @Nullable Parameter weight;

  private Embedding(int vocabulary, int size) {
    this.vocabulary = Checks.positive("vocabulary", vocabulary);
    this.size = Checks.positive("embedding size", size);
  }

  /** Creates an embedding of tokens 0 to {@code vocabulary - 1} in vectors of the given size. */
  public static Embedding of(int vocabulary, int size) {
    return new Embedding(vocabulary, size);
  }

  /**
   * Creates an embedding that starts with the given vectors, {@code [vocabulary][size]}, such as
   * pretrained ones; they are trained on unless the layer is frozen, see {@link
   * dev.recurrent.train.Training#freeze}.
   *
   * @throws IllegalArgumentException if there is none, or they differ in size
   */
  public static Embedding ofVectors(float[][] vectors) {
    var embedding = of(vectors.length, vectors.length == 0 ? 1 : vectors[0].length);
    for (int token = 0; token < vectors.length; token++) {
      embedding.startingWith(token, vectors[token]);
    }
    return embedding;
  }

  /**
   * Lets the vector of a token start with given values, such as those of a pretrained embedding
   * that knows some of the tokens; the others start as {@linkplain #initialized said}.
   *
   * @throws IllegalArgumentException if there is no such token or the vector is of another size
   */
  public Embedding startingWith(int token, float[] vector) {
    requireNotBuilt();
    if (token < 0 || token >= vocabulary) {
      throw new IllegalArgumentException(
          "token: expected one from 0 to " + (vocabulary - 1) + ", got " + token);
    }
    if (vector.length != size) {
      throw new IllegalArgumentException(
          "vector of token " + token + ": expected " + size + " values, got " + vector.length);
    }
    given.put(token, vector.clone());
    return this;
  }

  /** Sets how the vectors start. */
  public Embedding initialized(Initializer newInitializer) {
    requireNotBuilt();
    initializer = newInitializer;
    return this;
  }

  @Override
  public Embedding build(Backend backend, long seed) {
    super.build(backend, seed);
    return this;
  }

  /** Returns the number of tokens. */
  public int vocabulary() {
    return vocabulary;
  }

  /** Returns the size of a vector. */
  public int size() {
    return size;
  }

  /** Returns the weight, {@code [vocabulary, size]}. */
  public Parameter weight() {
    return Checks.built(weight, describe());
  }

  /**
   * Returns the vectors of the tokens, {@code [N, size]}.
   *
   * @throws IllegalArgumentException if a token is not below the vocabulary's size
   */
  public Tensor on(Tape tape, Sequences tokens) {
    int largest = tokens.largestToken();
    if (largest >= vocabulary) {
      throw new IllegalArgumentException(
          describe() + ": expected tokens below " + vocabulary + ", got " + largest);
    }
    var table = tape.of(weight());
    var rows = tape.tokens(tokens);
    var out = tape.tensor(rows.rows(), size, tokens.layout());
    tape.ops().gatherRows(table.value(), rows, out.value());
    return tape.record(
        out,
        List.of(table),
        () -> tape.ops().scatterAddRows(out.gradient(), rows, table.gradient()));
  }

  /** Returns a stepper that takes a token and gives its vector. */
  @Override
  public Stepper stepper() {
    return Stepper.of(new EmbeddingStage(this));
  }

  @Override
  protected void declare(Declaration declaration) {
    weight = declaration.matrix("weight", vocabulary, size, this::fill);
  }

  @Override
  protected void built() {
    given.clear();
  }

  private void fill(float[] values, int offset, int rows, int columns, RandomGenerator random) {
    initializer.fill(values, offset, rows, columns, random);
    given.forEach(
        (token, vector) -> System.arraycopy(vector, 0, values, offset + token * columns, columns));
  }

  @Override
  protected Map<String, String> configuration() {
    return Map.of("vocabulary", "" + vocabulary, "size", "" + size);
  }
}
