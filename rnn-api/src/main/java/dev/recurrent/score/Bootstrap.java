package dev.recurrent.score;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Says how far a score may be chance, by drawing as many examples again and again with replacement
 * (Efron 1979). The interval is the percentile interval of 95 %: between the 2.5th and the 97.5th
 * percentile of the scores of all draws, interpolated linearly. It knows nothing of another seed of
 * training, only of other examples.
 */
public final class Bootstrap {
  private static final double TAIL = 0.025;

  private Bootstrap() {}

  /**
   * Is a score with its interval of 95 %.
   *
   * @param low the lower end
   * @param score the score of the examples themselves, which may lie outside where the measure is
   *     biased
   * @param high the upper end
   */
  public record Interval(double low, double score, double high) {}

  /**
   * Draws the examples {@code resamples} times. The same arguments give the same interval; for one
   * example it is that example's score.
   *
   * <p>A draw that defines no score, such as the accuracy of examples without targets, is left out,
   * as R's {@code boot.ci} does: the interval is that of the draws that define one. An infinite
   * score, such as a skill against a baseline without errors, is a score: an end may be infinite.
   * The ends are NaN where the score is, or where no draw defines one.
   *
   * @param statistics a row of numbers for each example, as the measure wants them
   * @throws IllegalArgumentException if there is no example, a row is of another size, or there are
   *     no draws
   */
  public static Interval interval(
      Measure measure, List<double[]> statistics, int resamples, long seed) {
    if (resamples < 1) {
      throw new IllegalArgumentException("resamples: expected at least 1, got " + resamples);
    }
    var chosen = new int[statistics.size()];
    Arrays.setAll(chosen, i -> i);
    var scorer = measure.over(statistics);
    double score = scorer.applyAsDouble(chosen);
    if (Double.isNaN(score)) {
      return new Interval(score, score, score);
    }
    var random = new SplittableRandom(seed);
    var scores = new double[resamples];
    int defined = 0;
    for (int r = 0; r < resamples; r++) {
      for (int i = 0; i < chosen.length; i++) {
        chosen[i] = random.nextInt(chosen.length);
      }
      double drawn = scorer.applyAsDouble(chosen);
      if (!Double.isNaN(drawn)) {
        scores[defined++] = drawn;
      }
    }
    Arrays.sort(scores, 0, defined);
    return new Interval(
        quantile(scores, defined, TAIL), score, quantile(scores, defined, 1 - TAIL));
  }

  /** Interpolates between the two nearest of the first {@code count} values, which are sorted. */
  private static double quantile(double[] sorted, int count, double share) {
    if (count == 0) {
      return Double.NaN;
    }
    double position = share * (count - 1);
    int below = (int) position;
    double rest = position - below;
    double low = sorted[below];
    double high = sorted[Math.min(below + 1, count - 1)];
    // A weighted mean: the difference of two infinities would be NaN.
    return rest == 0 || low == high ? low : (1 - rest) * low + rest * high;
  }
}
