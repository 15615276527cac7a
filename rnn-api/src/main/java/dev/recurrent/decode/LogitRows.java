package dev.recurrent.decode;

/** Reads rows of logits, {@code [rows, vocabulary]}. */
final class LogitRows {
  private final float[] logits;
  private final int vocabulary;

  LogitRows(float[] logits, int rows) {
    if (logits.length == 0 || logits.length % rows != 0) {
      throw new IllegalStateException(
          "logits: expected [rows=" + rows + ", vocabulary], got " + logits.length + " values");
    }
    this.logits = logits;
    this.vocabulary = logits.length / rows;
  }

  int vocabulary() {
    return vocabulary;
  }

  float get(int row, int token) {
    return logits[row * vocabulary + token];
  }

  /**
   * Returns the tokens of the largest logits of a row, the largest first; of equal ones the first.
   */
  int[] largest(int row, int count) {
    var best = new int[Math.min(count, vocabulary)];
    int found = 0;
    int start = row * vocabulary;
    float threshold = Float.NEGATIVE_INFINITY;
    for (int token = 0; token < vocabulary; token++) {
      float value = logits[start + token];
      if (found == best.length && !(value > threshold)) {
        continue;
      }
      int at = found < best.length ? found++ : best.length - 1;
      while (at > 0 && logits[start + best[at - 1]] < value) {
        best[at] = best[at - 1];
        at--;
      }
      best[at] = token;
      threshold = logits[start + best[found - 1]];
    }
    return best;
  }

  /**
   * Returns log Σ exp(logit / temperature) of a row.
   *
   * @throws IllegalStateException if that is not a number
   */
  double logSumExp(int row, double temperature) {
    int start = row * vocabulary;
    double largest = Double.NEGATIVE_INFINITY;
    for (int token = 0; token < vocabulary; token++) {
      largest = Math.max(largest, logits[start + token]);
    }
    double sum = 0;
    for (int token = 0; token < vocabulary; token++) {
      sum += Math.exp((logits[start + token] - largest) / temperature);
    }
    double result = largest / temperature + Math.log(sum);
    if (!Double.isFinite(result)) {
      throw new IllegalStateException(
          "logits of row " + row + ": expected numbers, got a log-sum-exp of " + result);
    }
    return result;
  }
}
