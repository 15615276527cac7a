package dev.recurrent.score;

import dev.recurrent.train.Metric;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Turns sums over examples into a score. Each example gives a row of {@code sums} numbers, such as
 * (correct, counted); the score depends on nothing but the sum of these rows.
 *
 * @param name such as {@code accuracy}
 * @param unit such as {@code °C}; empty for a pure number
 * @param goal which scores are better
 * @param sums the size of an example's row
 * @param value computes the score from the sums; NaN where they do not define it
 */
public record Measure(
    String name, String unit, Metric.Goal goal, int sums, ToDoubleFunction<double[]> value) {

  public Measure {
    if (sums < 1) {
      throw new IllegalArgumentException(name + ": expected at least 1 sum, got " + sums);
    }
  }

  /** Returns the same measure under another name. */
  public Measure named(String newName) {
    return new Measure(newName, unit, goal, sums, value);
  }

  /**
   * Computes the score of examples.
   *
   * @param statistics a row of {@link #sums()} numbers for each example
   * @throws IllegalArgumentException if there is no example, or a row is of another size
   */
  public double of(List<double[]> statistics) {
    requireRows(statistics);
    var total = new double[sums];
    statistics.forEach(row -> add(row, total));
    return value.applyAsDouble(total);
  }

  void requireRows(List<double[]> statistics) {
    if (statistics.isEmpty()) {
      throw new IllegalArgumentException(name + ": expected at least one example, got none");
    }
    for (int i = 0; i < statistics.size(); i++) {
      if (statistics.get(i).length != sums) {
        throw new IllegalArgumentException(
            name
                + ": expected "
                + sums
                + " numbers for example "
                + i
                + ", got "
                + statistics.get(i).length);
      }
    }
  }

  static void add(double[] row, double[] total) {
    for (int k = 0; k < total.length; k++) {
      total[k] += row[k];
    }
  }
}
