package dev.recurrent.decode;

import dev.recurrent.CheckReturnValue;
import dev.recurrent.layer.AttentionDecoder;
import dev.recurrent.layer.DecoderVocabulary;
import dev.recurrent.layer.RecurrentResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Looks for the most probable sequences by keeping the best {@code width} ones at each step.
 *
 * <pre>{@code
 * var search = BeamSearch.width(5).lengthPenalty(0.6).endToken(2).maximumLength(50);
 * List<Hypothesis> best = search.best(decoder, encoded, vocabulary, 1);
 * }</pre>
 *
 * <p>Of the continuations of a source's sequences the most probable are taken, ties by the rank of
 * the sequence and then by the token's index. One that ends counts if it is among the best {@code
 * width}; the best {@code width} that do not end go on. A source is done when {@code width}
 * sequences have ended and the best one that goes on has no better score as it is, or at the
 * maximum length, where those that have not ended count as they are. (To be done as soon as {@code
 * width} have ended would prefer short sequences: improbable ones often end first.) So a width of 1
 * is greedy decoding. A token whose logit is -∞ is never written. All sources are decoded together,
 * and none depends on the others.
 *
 * <p>Hypotheses are ranked by log P / ((5 + length) / 6)^lengthPenalty, the length counting the end
 * token (Wu et al. 2016, "Google's neural machine translation system", equation 14 without
 * coverage).
 *
 * <p>Immutable: any number of threads may search at once, each with a {@link StepModel} of its own
 * over the same layers.
 *
 * @param width the number of sequences kept for each source
 * @param lengthPenalty 0 ranks by probability, which favours short sequences; often 0.6 to 1
 * @param maximumLength the largest number of tokens, an end token included
 * @param endToken the token that ends a sequence, or negative where there is none
 */
@CheckReturnValue
public record BeamSearch(int width, double lengthPenalty, int maximumLength, int endToken) {
  private static final int DEFAULT_LENGTH = 100;
  private static final int NO_TOKEN = -1;

  public BeamSearch {
    if (width < 1) {
      throw new IllegalArgumentException("width: expected at least 1, got " + width);
    }
    if (!(lengthPenalty >= 0 && Double.isFinite(lengthPenalty))) {
      throw new IllegalArgumentException(
          "lengthPenalty: expected a number of at least 0, got " + lengthPenalty);
    }
    if (maximumLength < 1) {
      throw new IllegalArgumentException(
          "maximumLength: expected at least 1, got " + maximumLength);
    }
  }

  /** Keeps the given number of sequences, without length penalty, for at most 100 tokens. */
  public static BeamSearch width(int width) {
    return new BeamSearch(width, 0, DEFAULT_LENGTH, NO_TOKEN);
  }

  /** Takes the most probable token at each step. */
  public static BeamSearch greedy() {
    return width(1);
  }

  /** Sets the exponent of the length penalty. */
  public BeamSearch lengthPenalty(double exponent) {
    return new BeamSearch(width, exponent, maximumLength, endToken);
  }

  /** Sets the largest number of tokens, an end token included. */
  public BeamSearch maximumLength(int tokens) {
    return new BeamSearch(width, lengthPenalty, tokens, endToken);
  }

  /** Sets the token that ends a sequence. */
  public BeamSearch endToken(int token) {
    return new BeamSearch(width, lengthPenalty, maximumLength, token);
  }

  /** Returns the best hypothesis for each source. */
  public List<Hypothesis> best(StepModel model) {
    return search(model).stream().map(List::getFirst).toList();
  }

  /**
   * Returns the best sequence that a decoder writes for each source that was encoded; its {@link
   * DecoderSteps} are closed.
   */
  public List<Hypothesis> best(
      AttentionDecoder decoder,
      RecurrentResult encoded,
      DecoderVocabulary vocabulary,
      int startToken) {
    try (var steps = DecoderSteps.of(decoder, encoded, vocabulary, startToken)) {
      return best(steps);
    }
  }

  /** Returns for each source the best hypotheses, at most {@code width}, the best first. */
  public List<List<Hypothesis>> search(StepModel model) {
    var starts = model.startTokens();
    var beams = new ArrayList<Beam>();
    for (int i = 0; i < starts.length; i++) {
      beams.add(new Beam(this, Path.start(starts[i], i)));
    }
    for (int length = 1; length <= maximumLength; length++) {
      var running = beams.stream().flatMap(beam -> beam.running().stream()).toList();
      if (running.isEmpty()) {
        break;
      }
      var logits =
          model.step(
              running.stream().mapToInt(Path::row).toArray(),
              running.stream().mapToInt(Path::token).toArray());
      var rows = new LogitRows(logits, running.size());
      var attention = model.attention(running.size());
      int first = 0;
      for (var beam : beams) {
        int count = beam.running().size();
        if (count > 0) {
          beam.advance(rows, Arrays.asList(attention).subList(first, first + count), first);
        }
        first += count;
      }
    }
    return beams.stream().map(Beam::finish).toList();
  }

  double score(double logProbability, int length) {
    return logProbability / Math.pow((5.0 + length) / 6, lengthPenalty);
  }
}
