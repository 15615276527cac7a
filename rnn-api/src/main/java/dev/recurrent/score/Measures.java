package dev.recurrent.score;

/** Holds the measures, each with the statistics of an example from which it is computed. */
public final class Measures {
  /** The share of predictions that are right; from {@link Statistics#hits}. */
  public static final Measure ACCURACY =
      Measure.ofSums("accuracy", Goal.MAXIMIZE, 2, sums -> sums[0] / sums[1]);

  /** The share of examples that are right as a whole; from {@link Statistics#exactMatch}. */
  public static final Measure EXACT_MATCH =
      Measure.ofSums("exact match", Goal.MAXIMIZE, 2, sums -> sums[0] / sums[1]);

  /** e to the mean negative log likelihood of a token; from {@link Statistics#ofLoss}. */
  public static final Measure PERPLEXITY =
      Measure.ofSums("perplexity", Goal.MINIMIZE, 2, sums -> Math.exp(sums[0] / sums[1]));

  /**
   * The mean loss of a target, which for cross entropy is in nats; from {@link Statistics#ofLoss}.
   */
  public static final Measure LOSS =
      Measure.ofSums("loss", Goal.MINIMIZE, 2, sums -> sums[0] / sums[1]);

  /** The mean negative log likelihood of a step; from {@link Statistics#ofLoss}. */
  public static final Measure NATS_PER_STEP =
      Measure.ofSums("nats/step", Goal.MINIMIZE, 2, sums -> sums[0] / sums[1]).in("nats");

  /** The mean negative log likelihood in bits: nats / ln 2; from {@link Statistics#ofLoss}. */
  public static final Measure BITS_PER_CHARACTER =
      Measure.ofSums("bits/character", Goal.MINIMIZE, 2, sums -> sums[0] / sums[1] / Math.log(2))
          .in("bits");

  /**
   * The skill against a baseline: 1 - RMSE / RMSE of the baseline; 0 is no better than it, 1 is
   * perfect. From {@link Statistics#squaredErrorsAgainst}.
   */
  public static final Measure SKILL =
      Measure.ofSums("skill", Goal.MAXIMIZE, 2, sums -> 1 - Math.sqrt(sums[0] / sums[1]));

  /** BLEU in percent; from {@link Bleu#statistics}. */
  public static final Measure BLEU =
      Measure.ofSums("BLEU", Goal.MAXIMIZE, Bleu.SUMS, Bleu::score).in("%");

  /**
   * The area under the ROC curve: how often an example of the class has a higher score than one of
   * the others, equal scores counting half (Mann and Whitney 1947); NaN without examples of both
   * kinds. From {@link Statistics#scores}.
   */
  public static final Measure AUC = Measure.of("AUC", Goal.MAXIMIZE, RankedScores::over);

  private Measures() {}

  /** Returns the root of the mean squared error; from {@link Statistics#squaredErrors}. */
  public static Measure rmse(String unit) {
    return Measure.ofSums("RMSE", Goal.MINIMIZE, 2, sums -> Math.sqrt(sums[0] / sums[1])).in(unit);
  }

  /** Returns the mean absolute error; from {@link Statistics#absoluteErrors}. */
  public static Measure mae(String unit) {
    return Measure.ofSums("MAE", Goal.MINIMIZE, 2, sums -> sums[0] / sums[1]).in(unit);
  }

  /**
   * Returns the mean of the classes' F1, see {@link ConfusionMatrix#macroF1()}; from {@link
   * Statistics#confusions}. A score takes memory for a few numbers of each class and of each
   * prediction, not for all pairs of classes.
   */
  public static Measure macroF1(int classes) {
    if (classes < 1) {
      throw new IllegalArgumentException("classes: expected at least 1, got " + classes);
    }
    return Measure.of("macro F1", Goal.MAXIMIZE, rows -> new ClassCounts(classes, rows)::macroF1);
  }
}
