package dev.recurrent.decode;

import dev.recurrent.decode.Hypothesis.Ending;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Is a sequence that is being written, as its last token and what came before.
 *
 * @param before null for the start token
 * @param row the model's row that it continues
 * @param attention the weights when the token was written
 */
record Path(@Nullable Path before, int token, int row, double logProbability, float[] attention) {
  private static final float[] NONE = {};

  /** Starts at the model's row of a source. */
  static Path start(int token, int row) {
    return new Path(null, token, row, 0, NONE);
  }

  /** Ends the sequence here; the end token is left out. */
  Hypothesis end(Ending ending, double score) {
    var tokens = new ArrayList<Integer>();
    var weights = new ArrayList<float[]>();
    var path = ending == Ending.END_TOKEN ? before : this;
    while (path != null && path.before != null) {
      tokens.add(path.token);
      weights.add(path.attention);
      path = path.before;
    }
    return new Hypothesis(
        tokens.reversed(), ending, logProbability, score, List.copyOf(weights.reversed()));
  }
}
