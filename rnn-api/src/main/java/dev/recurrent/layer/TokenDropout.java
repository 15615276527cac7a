package dev.recurrent.layer;

import dev.recurrent.spi.RandomBits;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import java.util.Map;

/**
 * Replaces tokens by another one, such as that of unknown words, with the given rate while training
 * (Bowman et al. 2016, "Generating sentences from a continuous space", word dropout); outside
 * training it does nothing. So a model learns what to do where it does not know a word. Which
 * tokens are replaced is a function of the tape's seed, so a resumed run draws the same.
 *
 * <p>Threads: see {@link Layer}.
 */
public final class TokenDropout extends Layer {
  private final double rate;
  private final int replacement;

  private TokenDropout(double rate, int replacement) {
    this.rate = Checks.rate("token dropout", rate);
    this.replacement = replacement;
  }

  /** Creates a layer that puts a replacement in the place of some tokens. */
  public static TokenDropout of(double rate, int replacement) {
    return new TokenDropout(rate, replacement);
  }

  /** Applies the layer; negative tokens stay. */
  public Sequences on(Tape tape, Sequences tokens) {
    if (rate == 0 || tape.mode() != Mode.TRAINING) {
      return tokens;
    }
    long seed = tape.nextSeed();
    float keep = (float) (1 - rate);
    return tokens.mapTokens(
        (sequence, step, token) ->
            token < 0 || RandomBits.keeps(RandomBits.rowKey(seed, sequence), step, keep)
                ? token
                : replacement);
  }

  @Override
  protected void declare(Declaration declaration) {}

  @Override
  protected Map<String, String> configuration() {
    return Map.of("rate", "" + rate, "replacement", "" + replacement);
  }
}
