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
   * constant gets the deviation 1.
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
      deviations[c] = variance > 0 ? Math.sqrt(variance) : 1;
    }
    return new Standardization(means, deviations);
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
