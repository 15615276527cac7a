package dev.recurrent.layer;

import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;

/**
 * Says how tokens enter a decoder and leave it: what a model has around the decoder, often an
 * {@link Embedding} and a {@link Dense}.
 */
public interface DecoderVocabulary {
  /** Turns tokens into the decoder's inputs, {@code [N, input]}. */
  Tensor embed(Tape tape, Sequences tokens);

  /** Turns the decoder's outputs into logits, {@code [R, vocabulary]}. */
  Tensor logits(Tape tape, Tensor output);

  /** Embeds by a table, and projects by a dense layer. */
  static DecoderVocabulary of(Embedding embedding, Dense projection) {
    return new DecoderVocabulary() {
      @Override
      public Tensor embed(Tape tape, Sequences tokens) {
        return embedding.on(tape, tokens);
      }

      @Override
      public Tensor logits(Tape tape, Tensor output) {
        return projection.on(tape, output);
      }
    };
  }
}
