package dev.recurrent.decode;

import dev.recurrent.layer.AttentionDecoder;
import dev.recurrent.layer.AttentionWeights;
import dev.recurrent.layer.DecoderState;
import dev.recurrent.layer.DecoderVocabulary;
import dev.recurrent.layer.RecurrentResult;
import dev.recurrent.tape.Sequences;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Lets an {@link AttentionDecoder} be decoded: the sources are those that were encoded. What was
 * encoded has to live as long, so its tape may not be reset meanwhile. The caller closes it.
 *
 * <p>Used by one thread; several may step at once over the same decoder.
 */
public final class DecoderSteps implements StepModel, AutoCloseable {
  private final AttentionDecoder decoder;
  private final DecoderVocabulary vocabulary;
  private final int[] startTokens;
  private final TwoTapes tapes;
  private DecoderState state;
  private @Nullable AttentionWeights weights;

  private DecoderSteps(
      AttentionDecoder decoder, DecoderState start, DecoderVocabulary vocabulary, int startToken) {
    this.decoder = decoder;
    this.state = start;
    this.vocabulary = vocabulary;
    startTokens = new int[start.size()];
    Arrays.fill(startTokens, startToken);
    tapes = new TwoTapes(decoder.backend());
  }

  /** Starts at the encoded sources with the same token for all. */
  public static DecoderSteps of(
      AttentionDecoder decoder,
      RecurrentResult encoded,
      DecoderVocabulary vocabulary,
      int startToken) {
    var start = decoder.start(encoded.output().tape(), encoded);
    return new DecoderSteps(decoder, start, vocabulary, startToken);
  }

  @Override
  public int[] startTokens() {
    return startTokens.clone();
  }

  @Override
  public float[] step(int[] parents, int[] tokens) {
    var chosen = state.rows(parents);
    var tape = tapes.next();
    var x = vocabulary.embed(tape, Sequences.timeMajor(tokens, 1, tokens.length));
    var step = decoder.step(tape, chosen, x);
    state = step.next();
    weights = step.weights();
    return vocabulary.logits(tape, step.output()).toArray();
  }

  @Override
  public float[][] attention(int rows) {
    return weights == null ? StepModel.super.attention(rows) : weights.rows();
  }

  @Override
  public void close() {
    tapes.close();
  }
}
