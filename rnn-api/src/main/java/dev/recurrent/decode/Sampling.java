package dev.recurrent.decode;

import dev.recurrent.decode.Hypothesis.Ending;
import dev.recurrent.spi.RandomBits;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws sequences token by token, each with the probability softmax(logits / temperature). The
 * draws for a source depend on the seed and its index, not on the other sources. A hypothesis's
 * probability is the model's, at temperature 1, and its score is that probability's logarithm.
 *
 * <p>Immutable: any number of threads may use it, each with random numbers of its own.
 *
 * @param temperature below 1 the probable tokens become more probable, above 1 less; at 0 the most
 *     probable one is always taken, the first of equal ones
 * @param seed decides the draws
 * @param maximumLength the largest number of tokens, an end token included
 * @param endToken the token that ends a sequence, or negative where there is none
 */
public record Sampling(double temperature, long seed, int maximumLength, int endToken) {
  private static final int DEFAULT_LENGTH = 100;
  private static final int NO_TOKEN = -1;

  public Sampling {
    if (!(temperature >= 0 && Double.isFinite(temperature))) {
      throw new IllegalArgumentException(
          "temperature: expected a number of at least 0, got " + temperature);
    }
    if (maximumLength < 1) {
      throw new IllegalArgumentException(
          "maximumLength: expected at least 1, got " + maximumLength);
    }
  }

  /** Draws at a temperature, for at most 100 tokens. */
  public static Sampling temperature(double temperature, long seed) {
    return new Sampling(temperature, seed, DEFAULT_LENGTH, NO_TOKEN);
  }

  /** Sets the largest number of tokens, an end token included. */
  public Sampling maximumLength(int tokens) {
    return new Sampling(temperature, seed, tokens, endToken);
  }

  /** Sets the token that ends a sequence. */
  public Sampling endToken(int token) {
    return new Sampling(temperature, seed, maximumLength, token);
  }

  /** A reader of tokens as they are drawn. */
  @FunctionalInterface
  public interface Listener {
    /**
     * Takes a token, an end token included.
     *
     * @return whether more tokens of this source are wanted
     */
    boolean drawn(int source, int token);
  }

  /** Draws one sequence for each source. */
  public List<Hypothesis> sample(StepModel model) {
    return sample(model, (source, token) -> true);
  }

  /**
   * Draws one sequence for each source, and tells each token before the next one is drawn. A
   * sequence that the listener ends is cut off.
   */
  public List<Hypothesis> sample(StepModel model, Listener listener) {
    var starts = model.startTokens();
    var randoms = new ArrayList<SplittableRandom>();
    var paths = new ArrayList<Path>();
    var running = new ArrayList<Integer>();
    for (int i = 0; i < starts.length; i++) {
      randoms.add(new SplittableRandom(RandomBits.mix(seed, i)));
      paths.add(Path.start(starts[i], i));
      running.add(i);
    }
    for (int length = 1; length <= maximumLength && !running.isEmpty(); length++) {
      var logits =
          new LogitRows(
              model.step(
                  running.stream().mapToInt(i -> paths.get(i).row()).toArray(),
                  running.stream().mapToInt(i -> paths.get(i).token()).toArray()),
              running.size());
      var attention = model.attention(running.size());
      var ended = new HashSet<Integer>();
      for (int row = 0; row < running.size(); row++) {
        int source = running.get(row);
        int token = draw(logits, row, randoms.get(source).nextDouble());
        var before = paths.get(source);
        double logProbability =
            before.logProbability() + logits.get(row, token) - logits.logSumExp(row, 1);
        paths.set(source, new Path(before, token, row, logProbability, attention[row]));
        if (!listener.drawn(source, token) || token == endToken) {
          ended.add(source);
        }
      }
      running.removeAll(ended);
    }
    return paths.stream()
        .map(
            path ->
                path.end(
                    path.token() == endToken ? Ending.END_TOKEN : Ending.CUT_OFF,
                    path.logProbability()))
        .toList();
  }

  /** Returns the first token up to which the probabilities add to more than the draw. */
  private int draw(LogitRows logits, int row, double uniform) {
    if (temperature == 0) {
      return logits.largest(row, 1)[0];
    }
    double total = logits.logSumExp(row, temperature);
    double left = uniform;
    int last = 0;
    for (int token = 0; token < logits.vocabulary(); token++) {
      double probability = Math.exp(logits.get(row, token) / temperature - total);
      if (probability > 0) {
        last = token;
      }
      left -= probability;
      if (left < 0) {
        return token;
      }
    }
    return last; // the probabilities have added to 1 minus a rounding error
  }
}
