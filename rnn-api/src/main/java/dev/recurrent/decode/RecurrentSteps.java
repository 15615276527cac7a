package dev.recurrent.decode;

import dev.recurrent.layer.DecoderVocabulary;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets a {@link Recurrent} be decoded: a language model that goes on from its states, or a decoder
 * that starts at a vector for each source, such as a caption's image. The initial states have to
 * live as long, so their tape may not be reset meanwhile. The caller closes it.
 *
 * <p>Used by one thread; several may step at once over the same layer.
 */
public final class RecurrentSteps implements StepModel, AutoCloseable {
  private final Recurrent recurrent;
  private final DecoderVocabulary vocabulary;
  private final int[] startTokens;
  private final TwoTapes tapes;
  private List<Tensor> states;
  private @Nullable Tensor context; // [rows, C]

  private RecurrentSteps(
      Recurrent recurrent, List<Tensor> initial, DecoderVocabulary vocabulary, int[] startTokens) {
    this.recurrent = recurrent;
    this.states = initial;
    this.vocabulary = vocabulary;
    this.startTokens = startTokens.clone();
    tapes = new TwoTapes(recurrent.backend());
  }

  /**
   * Starts at the given states, {@code [sources, S]} each, or at zeros with an empty list.
   *
   * @param startTokens the token that each source begins with
   */
  public static RecurrentSteps of(
      Recurrent recurrent, List<Tensor> initial, DecoderVocabulary vocabulary, int[] startTokens) {
    return new RecurrentSteps(recurrent, initial, vocabulary, startTokens);
  }

  /**
   * Joins a vector of its source to each input, behind what {@link DecoderVocabulary#embed} gives.
   *
   * @param vectors {@code [sources, C]}; they have to live as long as the initial states
   */
  public RecurrentSteps withContext(Tensor vectors) {
    context = vectors;
    return this;
  }

  @Override
  public int[] startTokens() {
    return startTokens.clone();
  }

  @Override
  public float[] step(int[] parents, int[] tokens) {
    var chosen = states.stream().map(state -> state.gatherRows(parents)).toList();
    var tape = tapes.next();
    var layout = SequenceLayout.uniform(1, tokens.length);
    var x = vocabulary.embed(tape, Sequences.timeMajor(tokens, 1, tokens.length));
    if (context != null) {
      context = taken(tape, context, parents);
      x = x.joinColumns(context);
    }
    var result = recurrent.run(tape, x.withLayout(layout), chosen);
    states = result.finalStates();
    return vocabulary.logits(tape, result.output()).toArray();
  }

  /** Copies rows to a tape, so that those of the tape before may be freed. */
  private static Tensor taken(Tape tape, Tensor from, int[] rows) {
    var to = tape.tensor(rows.length, from.columns(), null);
    tape.ops().gatherRows(from.value(), tape.indices(rows), to.value());
    return to;
  }

  @Override
  public void close() {
    tapes.close();
  }
}
