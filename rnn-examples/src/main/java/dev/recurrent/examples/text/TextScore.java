package dev.recurrent.examples.text;

import dev.recurrent.examples.run.Numbers;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.score.Bootstrap;
import dev.recurrent.score.Measure;
import dev.recurrent.score.Measures;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.train.Batch;
import dev.recurrent.train.Metric.Goal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Says how well a model predicts a text, each token from all before it.
 *
 * @param measure what is measured: perplexity for words, nats a character for characters and for
 *     pieces, whose number would mean nothing
 * @param interval the score with its interval of 95 %: resampled are not tokens, which depend on
 *     those before them, but blocks of {@value #BLOCK} of them (Carlstein 1986)
 * @param tokens the number of tokens that were predicted
 */
public record TextScore(Measure measure, Bootstrap.Interval interval, long tokens) {
  private static final int BLOCK = 256;
  private static final int RESAMPLES = 1000;
  private static final long SEED = 1;

  /**
   * Runs a model over a text, from zero states.
   *
   * @throws IllegalArgumentException if the text has fewer than two tokens, or one that the model
   *     does not know
   */
  public static TextScore of(TokenModel model, Text text) {
    var tokens = model.code().encode(text);
    if (tokens.length < 2) {
      throw new IllegalArgumentException(
          text.name() + ": expected at least 2 " + model.code().kind().plural() + ", got 1");
    }
    var blocks = new ArrayList<double[]>();
    try (var tape = Tape.inference(model.backend());
        var state = new RecurrentState()) {
      for (int from = 0; from + 1 < tokens.length; from += BLOCK) {
        int to = Math.min(from + BLOCK, tokens.length - 1);
        tape.reset(Mode.INFERENCE, 0);
        var batch = Batch.of(sequence(tokens, from, to), sequence(tokens, from + 1, to + 1));
        double loss = model.loss(tape, batch, state).item();
        double counted =
            model.code().kind() == TokenKind.BPE
                ? model.code().characters(Arrays.copyOfRange(tokens, from + 1, to + 1))
                : to - from;
        blocks.add(new double[] {loss * (to - from), counted});
      }
    }
    var measure = measure(model.code().kind());
    var interval = Bootstrap.interval(measure, List.copyOf(blocks), RESAMPLES, SEED);
    return new TextScore(measure, interval, tokens.length - 1L);
  }

  /** Returns what is measured of such tokens. */
  static Measure measure(TokenKind kind) {
    return switch (kind) {
      case CHARACTER, BPE ->
          new Measure("nats/character", "", Goal.MINIMIZE, 2, Measures.NATS_PER_STEP.value());
      case WORD -> Measures.PERPLEXITY;
    };
  }

  private static Sequences sequence(int[] tokens, int from, int to) {
    return Sequences.timeMajor(Arrays.copyOfRange(tokens, from, to), to - from, 1);
  }

  /** Returns the score as a line says it: {@code perplexity 113.21 (95 % …)}. */
  @Override
  public String toString() {
    return Numbers.format(
        "%s %.4f (95 %% of resamples: %.4f to %.4f) on %,d tokens",
        measure.name(), interval.score(), interval.low(), interval.high(), tokens);
  }
}
