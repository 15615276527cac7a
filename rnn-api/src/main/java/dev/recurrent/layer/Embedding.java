package dev.recurrent.layer;

import dev.recurrent.cell.Initializer;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns tokens into vectors: row k of its weight {@code [vocabulary, size]} is the vector of token
 * k. A negative token gives zeros. The weight starts normal with deviation 1, as in PyTorch.
 */
public final class Embedding extends Layer {
  private final int vocabulary;
  private final int size;
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

  @Override
  protected void declare(Declaration declaration) {
    weight = declaration.matrix("weight", vocabulary, size, initializer);
  }

  @Override
  protected Map<String, String> configuration() {
    return Map.of("vocabulary", "" + vocabulary, "size", "" + size);
  }
}
