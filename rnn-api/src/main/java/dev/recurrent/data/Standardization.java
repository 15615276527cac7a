package dev.recurrent.data;

import java.util.Arrays;
import java.util.List;

/**
 * Shifts and scales each column of numbers to a mean of 0 and a standard deviation of 1, by the
 * statistics of the data that train: those of validation and test data would tell of the future.
 *
 * @param means of the columns
 * @param deviations of the columns, above 0
 */
public record Standardization(double[] means, double[] deviations) {

  private static final int NOISE = 8; // doubles next to each other

  /** Copies the arrays, and refuses deviations that are not above 0. */
  public Standardization {
    if (means.length != deviations.length || !Arrays.stream(deviations).allMatch(d -> d > 0)) {
      throw new IllegalArgumentException(
          "deviations: expected "
              + means.length
              + " numbers above 0, got "
              + Arrays.toString(deviations));
    }
    means = means.clone();
    deviations = deviations.clone();
  }

  /**
   * Computes the statistics of rows; numbers that are missing (NaN) do not count. A column that is
   * constant, but for the rounding of its numbers, gets the deviation 1.
   */
  public static Standardization of(List<double[]> rows) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("rows: expected at least one, got none");
    }
    int columns = rows.getFirst().length;
    var means = new double[columns];
    var deviations = new double[columns];
    for (int c = 0; c < columns; c++) {
      int column = c;
      var present =
          rows.stream().mapToDouble(row -> row[column]).filter(v -> !Double.isNaN(v)).toArray();
      double mean = Arrays.stream(present).average().orElse(0);
      double variance =
          Arrays.stream(present).map(v -> (v - mean) * (v - mean)).average().orElse(0);
      means[c] = mean;
      deviations[c] = isConstant(present) ? 1 : Math.sqrt(variance);
    }
    return new Standardization(means, deviations);
  }

  /**
   * Tells whether numbers are all the same, but for the rounding of doubles: they differ by no more
   * than eight times the distance of neighbouring doubles. Numbers that are missing (NaN) do not
   * count.
   */
  public static boolean isConstant(double[] numbers) {
    var present = Arrays.stream(numbers).filter(v -> !Double.isNaN(v)).summaryStatistics();
    double largest = Math.max(Math.abs(present.getMin()), Math.abs(present.getMax()));
    return present.getCount() == 0
        || present.getMax() - present.getMin() <= NOISE * Math.ulp(largest);
  }

  /** Returns a number of a column as a distance from the mean, in standard deviations. */
  public double apply(double value, int column) {
    return (value - means[column]) / deviations[column];
  }

  /** Returns the number that is at a distance from the mean: the reverse of {@link #apply}. */
  public double invert(double standardized, int column) {
    return means[column] + deviations[column] * standardized;
  }

  @Override
  public double[] means() {
    return means.clone();
  }

  @Override
  public double[] deviations() {
    return deviations.clone();
  }
}
