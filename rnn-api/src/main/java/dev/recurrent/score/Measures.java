package dev.recurrent.score;

import dev.recurrent.train.Metric.Goal;

/** Holds the measures, each with the statistics of an example from which it is computed. */
public final class Measures {
  /** The share of predictions that are right; from {@link Statistics#hits}. */
  public static final Measure ACCURACY =
      new Measure("accuracy", "", Goal.MAXIMIZE, 2, sums -> sums[0] / sums[1]);

  /** The share of examples that are right as a whole; from {@link Statistics#exactMatch}. */
  public static final Measure EXACT_MATCH =
      new Measure("exact match", "", Goal.MAXIMIZE, 2, sums -> sums[0] / sums[1]);

  /** e to the mean negative log likelihood of a token; from {@link Statistics#ofLoss}. */
  public static final Measure PERPLEXITY =
      new Measure("perplexity", "", Goal.MINIMIZE, 2, sums -> Math.exp(sums[0] / sums[1]));

  /** The mean negative log likelihood of a step; from {@link Statistics#ofLoss}. */
  public static final Measure NATS_PER_STEP =
      new Measure("nats/step", "nats", Goal.MINIMIZE, 2, sums -> sums[0] / sums[1]);

  /** The mean negative log likelihood in bits: nats / ln 2; from {@link Statistics#ofLoss}. */
  public static final Measure BITS_PER_CHARACTER =
      new Measure(
          "bits/character", "bits", Goal.MINIMIZE, 2, sums -> sums[0] / sums[1] / Math.log(2));

  /**
   * The skill against a baseline: 1 - RMSE / RMSE of the baseline; 0 is no better than it, 1 is
   * perfect. From {@link Statistics#squaredErrorsAgainst}.
   */
  public static final Measure SKILL =
      new Measure("skill", "", Goal.MAXIMIZE, 2, sums -> 1 - Math.sqrt(sums[0] / sums[1]));

  /** BLEU in percent; from {@link Bleu#statistics}. */
  public static final Measure BLEU =
      new Measure("BLEU", "%", Goal.MAXIMIZE, Bleu.SUMS, Bleu::score);

  private Measures() {}

  /** Returns the root of the mean squared error; from {@link Statistics#squaredErrors}. */
  public static Measure rmse(String unit) {
    return new Measure("RMSE", unit, Goal.MINIMIZE, 2, sums -> Math.sqrt(sums[0] / sums[1]));
  }

  /** Returns the mean absolute error; from {@link Statistics#absoluteErrors}. */
  public static Measure mae(String unit) {
    return new Measure("MAE", unit, Goal.MINIMIZE, 2, sums -> sums[0] / sums[1]);
  }

  /**
   * Returns the mean of the classes' F1, see {@link ConfusionMatrix#macroF1()}; from {@link
   * Statistics#confusions}.
   */
  public static Measure macroF1(int classes) {
    return new Measure(
        "macro F1",
        "",
        Goal.MAXIMIZE,
        Math.multiplyExact(classes, classes),
        counts -> ConfusionMatrix.macroF1(counts, classes));
  }
}
