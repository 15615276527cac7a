package dev.recurrent.train;

import java.util.Map;

/**
 * Decides the learning rate of each update.
 *
 * <p>Called by the thread that trains.
 */
public interface Schedule {
  /**
   * Says how far training is.
   *
   * @param update the number of updates made so far
   * @param totalUpdates the number of updates that the run will make, as far as it is known
   * @param epoch the current epoch, from 0
   */
  record Progress(long update, long totalUpdates, int epoch) {}

  /** Returns the learning rate of the next update, given the optimizer's own. */
  double learningRate(double base, Progress progress);

  /** Takes note of a validation; smaller is better, NaN is no number. */
  default void validated(double value) {}

  /** Tells whether the schedule has an effect only where there is a validation. */
  default boolean needsValidation() {
    return false;
  }

  /**
   * Describes the schedule, so that a run is not resumed with another one; empty where that is not
   * known, as of a lambda.
   */
  default String description() {
    return "";
  }

  /** Returns what the schedule remembers, for a checkpoint. */
  default Map<String, Double> save() {
    return Map.of();
  }

  /** Takes over what {@link #save} gave. */
  default void restore(Map<String, Double> saved) {}

  /** Keeps the optimizer's own learning rate. */
  static Schedule constant() {
    return new DescribedSchedule("constant", (base, progress) -> base);
  }

  /**
   * Keeps the optimizer's own learning rate for the first epochs, then multiplies by {@code factor}
   * at each one (Zaremba et al. 2014).
   */
  static Schedule decayAfter(int epochs, double factor) {
    if (epochs < 0) {
      throw new IllegalArgumentException("decay: expected after at least 0 epochs, got " + epochs);
    }
    Optimizer.requirePositive("factor", factor);
    return new DescribedSchedule(
        "decay after " + epochs + " epochs by " + factor,
        (base, progress) -> base * Math.pow(factor, Math.max(0, progress.epoch() + 1 - epochs)));
  }

  /**
   * Rises linearly over the first updates, then falls as half a cosine to {@code minimum} at the
   * last one (Loshchilov and Hutter 2017).
   */
  static Schedule cosine(long warmUpUpdates, double minimum) {
    Optimizer.requireNotNegative("warm-up", (double) warmUpUpdates);
    Optimizer.requireNotNegative("minimum", minimum);
    return new DescribedSchedule(
        "cosine to " + minimum + " after " + warmUpUpdates + " updates of warm-up",
        (base, progress) -> {
          if (progress.update() < warmUpUpdates) {
            return base * (progress.update() + 1) / warmUpUpdates;
          }
          double span = Math.max(1, progress.totalUpdates() - warmUpUpdates);
          double done = Math.min(1, (progress.update() - warmUpUpdates) / span);
          return minimum + (base - minimum) * 0.5 * (1 + Math.cos(Math.PI * done));
        });
  }

  /**
   * Multiplies by {@code factor} when more than {@code patience} validations in a row have not been
   * better than the best by at least 0.01 %, which one that is no number (NaN) never is: PyTorch's
   * {@code ReduceLROnPlateau}. Made for one run.
   */
  static Schedule reduceOnPlateau(double factor, int patience) {
    return new ReduceOnPlateau(factor, patience);
  }
}
