package dev.recurrent.decode;

import java.util.Arrays;
import java.util.List;

/**
 * Is a sequence that was decoded.
 *
 * @param tokens the tokens, without start and end token
 * @param ending whether it ended by itself
 * @param logProbability the logarithm of its probability in nats, that of the end token included
 * @param score what hypotheses are ranked by, the larger the better
 * @param attention for each token, the weights of the source's steps when it was written; empty
 *     rows without attention
 */
public record Hypothesis(
    List<Integer> tokens,
    Ending ending,
    double logProbability,
    double score,
    List<float[]> attention) {

  /** Says how a sequence came to its end. */
  public enum Ending {
    /** By the end token. */
    END_TOKEN,
    /** By the maximum length. */
    CUT_OFF
  }

  public Hypothesis {
    tokens = List.copyOf(tokens);
    attention = List.copyOf(attention);
  }

  /** Returns the tokens as an array. */
  public int[] toArray() {
    return tokens.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Returns the attention as a matrix {@code [tokens][source steps]}, to be plotted. */
  public float[][] attentionMatrix() {
    return attention.stream().map(float[]::clone).toArray(float[][]::new);
  }

  /**
   * Returns the step of the source that had the largest weight when a token was written, the first
   * of equal ones; -1 without attention, or for a source of length 0.
   */
  public int attendedMost(int token) {
    var weights = attention.get(token);
    int most = -1;
    for (int s = 0; s < weights.length; s++) {
      most = most < 0 || weights[s] > weights[most] ? s : most;
    }
    return most;
  }

  @Override
  public String toString() {
    return Arrays.toString(toArray()) + " of score " + score;
  }
}
