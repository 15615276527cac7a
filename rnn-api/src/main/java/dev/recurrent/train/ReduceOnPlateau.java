package dev.recurrent.train;

import java.util.Map;

/** Lowers the learning rate when validation stops to improve. */
final class ReduceOnPlateau implements Schedule {
  private static final double THRESHOLD = 1e-4;

  private final double factor;
  private final int patience;
  private double scale = 1;
  private double best = Double.POSITIVE_INFINITY;
  private int bad;

  ReduceOnPlateau(double factor, int patience) {
    if (!(factor > 0 && factor < 1)) {
      throw new IllegalArgumentException("factor: expected a number in (0, 1), got " + factor);
    }
    if (patience < 0) {
      throw new IllegalArgumentException("patience: expected at least 0, got " + patience);
    }
    this.factor = factor;
    this.patience = patience;
  }

  @Override
  public double learningRate(double base, Progress progress) {
    return base * scale;
  }

  @Override
  public void validated(double value) {
    // For a negative best (a maximised metric with its sign turned) better is still smaller; NaN is
    // never below anything.
    boolean first = Double.isInfinite(best) && !Double.isNaN(value);
    if (first || value < best - Math.abs(best) * THRESHOLD) {
      best = value;
      bad = 0;
    } else if (++bad > patience) {
      scale *= factor;
      bad = 0;
    }
  }

  @Override
  public boolean needsValidation() {
    return true;
  }

  @Override
  public String description() {
    return "by " + factor + " on a plateau of " + patience;
  }

  @Override
  public Map<String, Double> save() {
    return Map.of("scale", scale, "best", best, "bad", (double) bad);
  }

  @Override
  public void restore(Map<String, Double> saved) {
    scale = saved.getOrDefault("scale", scale);
    best = saved.getOrDefault("best", best);
    bad = saved.getOrDefault("bad", (double) bad).intValue();
  }
}
