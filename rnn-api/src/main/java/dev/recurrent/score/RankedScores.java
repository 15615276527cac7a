package dev.recurrent.score;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The scores of examples in rising order, and the area under the ROC curve of a choice of them. */
final class RankedScores {
  private final int[] example; // [scores], as all
  private final double[] score;
  private final boolean[] positive;
  private final int[] times; // [examples]

  private RankedScores(double[][] rows) {
    times = new int[rows.length];
    var places =
        IntStream.range(0, rows.length)
            .boxed()
            .flatMap(i -> IntStream.range(0, rows[i].length / 2).mapToObj(k -> new Place(i, 2 * k)))
            .sorted(Comparator.comparingDouble(place -> rows[place.row][place.column]))
            .toList();
    example = new int[places.size()];
    score = new double[example.length];
    positive = new boolean[example.length];
    for (int p = 0; p < example.length; p++) {
      var place = places.get(p);
      example[p] = place.row;
      score[p] = rows[place.row][place.column];
      positive[p] = rows[place.row][place.column + 1] == 1;
    }
  }

  private record Place(int row, int column) {}

  /**
   * Reads rows.
   *
   * @param rows those of {@link Statistics#scores}
   */
  static ToDoubleFunction<int[]> over(double[][] rows) {
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length % 2 != 0) {
        throw new IllegalArgumentException(
            "AUC: expected pairs of a score and 0 or 1 for example "
                + i
                + ", got "
                + rows[i].length
                + " numbers");
      }
    }
    return new RankedScores(rows)::auc;
  }

  private double auc(int[] chosen) {
    Arrays.fill(times, 0);
    for (int i : chosen) {
      times[i]++;
    }
    double negatives = 0; // with lower scores
    double positives = 0;
    double won = 0; // pairs of a positive and a negative in the right order
    for (int from = 0; from < score.length; ) {
      if (Double.isNaN(score[from])) {
        return Double.NaN;
      }
      double equalPositives = 0;
      double equalNegatives = 0;
      int p = from;
      for (; p < score.length && score[p] == score[from]; p++) {
        if (positive[p]) {
          equalPositives += times[example[p]];
        } else {
          equalNegatives += times[example[p]];
        }
      }
      won += equalPositives * (negatives + equalNegatives / 2);
      positives += equalPositives;
      negatives += equalNegatives;
      from = p;
    }
    return won / (positives * negatives);
  }
}
