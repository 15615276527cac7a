package dev.recurrent.score;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * A score of examples, each of which counts by a row of numbers that {@link Statistics} computes
 * from its prediction and its target. The same measures validate in the course of training ({@code
 * dev.recurrent.train.Metric}), score a test, and are drawn again by {@link Bootstrap}. Immutable,
 * and so safe for use by any number of threads, if its rule is.
 */
public final class Measure {
  private final String name;
  private final String unit;
  private final Goal goal;
  private final Rule rule;

  /** The way from the rows of examples to a score. */
  @FunctionalInterface
  public interface Rule {
    /**
     * Reads the rows of examples, once for any number of choices of them.
     *
     * @param rows one for each example
     * @return what scores a choice, given the numbers of the examples in it, which may come several
     *     times; NaN where they do not define a score. Used by one thread.
     * @throws IllegalArgumentException if a row is malformed
     */
    ToDoubleFunction<int[]> over(double[][] rows);
  }

  private Measure(String name, String unit, Goal goal, Rule rule) {
    this.name = name;
    this.unit = unit;
    this.goal = goal;
    this.rule = rule;
  }

  /** Returns a measure of any kind, a pure number. */
  public static Measure of(String name, Goal goal, Rule rule) {
    return new Measure(name, "", goal, rule);
  }

  /**
   * Returns a measure that depends on nothing but the sum of the rows, a pure number.
   *
   * @param sums the size of a row, such as 2 for (correct, counted)
   * @param value computes the score from the sums; NaN where they do not define it
   */
  public static Measure ofSums(String name, Goal goal, int sums, ToDoubleFunction<double[]> value) {
    if (sums < 1) {
      throw new IllegalArgumentException(name + ": expected at least 1 sum, got " + sums);
    }
    return of(name, goal, rows -> overSums(name, rows, sums, value));
  }

  private static ToDoubleFunction<int[]> overSums(
      String name, double[][] rows, int sums, ToDoubleFunction<double[]> value) {
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != sums) {
        throw new IllegalArgumentException(
            name + ": expected " + sums + " numbers for example " + i + ", got " + rows[i].length);
      }
    }
    var total = new double[sums];
    return chosen -> {
      Arrays.fill(total, 0);
      for (int i : chosen) {
        var row = rows[i];
        for (int k = 0; k < sums; k++) {
          total[k] += row[k];
        }
      }
      return value.applyAsDouble(total);
    };
  }

  /** Returns the same measure under another name. */
  public Measure named(String newName) {
    return new Measure(newName, unit, goal, rule);
  }

  /** Returns the same measure in a unit, such as {@code °C}; empty for a pure number. */
  public Measure in(String newUnit) {
    return new Measure(name, newUnit, goal, rule);
  }

  /** Returns the name, such as {@code accuracy}. */
  public String name() {
    return name;
  }

  /** Returns the unit, such as {@code °C}; empty for a pure number. */
  public String unit() {
    return unit;
  }

  /** Returns which scores are better. */
  public Goal goal() {
    return goal;
  }

  /**
   * Computes the score of examples.
   *
   * @param statistics a row of numbers for each example
   * @throws IllegalArgumentException if there is no example, or a row is malformed
   */
  public double of(List<double[]> statistics) {
    return over(statistics).applyAsDouble(IntStream.range(0, statistics.size()).toArray());
  }

  /**
   * Reads the rows of examples, as {@link Rule#over} does.
   *
   * @throws IllegalArgumentException if there is no example, or a row is malformed
   */
  ToDoubleFunction<int[]> over(List<double[]> statistics) {
    if (statistics.isEmpty()) {
      throw new IllegalArgumentException(name + ": expected at least one example, got none");
    }
    return rule.over(statistics.toArray(double[][]::new));
  }

  @Override
  public String toString() {
    return name;
  }
}
