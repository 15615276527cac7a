package dev.recurrent.examples.text;

import dev.recurrent.examples.run.Numbers;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import java.util.SplittableRandom;

/**
 * Writes text with a model, one token after the other: draws each from what the model expects after
 * all before it. The same seed gives the same text.
 */
public final class Sampler implements AutoCloseable {
  private final TokenModel model;
  private final double temperature;
  private final SplittableRandom random;
  private final Tape tape;
  private final RecurrentState state = new RecurrentState();
  private float[] logits; // [vocabulary], of the next character

  /**
   * Starts to write.
   *
   * @param prompt the tokens to go on from; at least one
   * @param temperature divides the logits: below 1 the likely becomes likelier, 0 always takes the
   *     likeliest
   */
  public Sampler(TokenModel model, int[] prompt, double temperature, long seed) {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("prompt: expected at least one token, got none");
    }
    this.model = model;
    this.temperature = temperature;
    random = new SplittableRandom(seed);
    tape = Tape.inference(model.backend());
    logits = read(prompt);
  }

  /** Draws the next token, and reads it. */
  public int next() {
    int token = temperature == 0 ? likeliest() : drawn();
    logits = read(token);
    return token;
  }

  /** Reads tokens and returns the logits of the one behind them. */
  private float[] read(int... tokens) {
    tape.reset(Mode.INFERENCE, 0);
    var sequence = Sequences.timeMajor(tokens, tokens.length, 1);
    var all = model.logits(tape, sequence, state);
    return tape.read(all.value().rows(tokens.length - 1, 1));
  }

  private int likeliest() {
    return Numbers.largest(logits.length, i -> logits[i]);
  }

  /** Draws from softmax(logits / temperature). */
  private int drawn() {
    var weights = new double[logits.length];
    double largest = logits[likeliest()];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Math.exp((logits[i] - largest) / temperature);
      sum += weights[i];
    }
    double left = random.nextDouble() * sum;
    for (int i = 0; i < weights.length; i++) {
      left -= weights[i];
      if (left < 0) {
        return i;
      }
    }
    return likeliest();
  }

  @Override
  public void close() {
    tape.close();
    state.close();
  }
}
