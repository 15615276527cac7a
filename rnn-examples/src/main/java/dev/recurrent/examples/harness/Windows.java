package dev.recurrent.examples.harness;

import dev.recurrent.data.Series;
import dev.recurrent.data.Splits;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Says what of a series is seen at a moment, and how much of it is forecast.
 *
 * @param seen the last times that are seen, at most
 * @param horizon the times that are forecast
 */
public record Windows(int seen, int horizon) {

  /** Returns the number of times that are seen at a moment: fewer where the series begins. */
  public int length(Moment moment) {
    return Math.min(seen, moment.time() + 1);
  }

  /** Returns the times that are seen at a moment, the earliest first. */
  public IntStream times(Moment moment) {
    return IntStream.rangeClosed(moment.time() + 1 - length(moment), moment.time());
  }

  /**
   * The series of files that go on where others end.
   *
   * @param validation goes on where the training ends; null for a share of what there is
   * @param test goes on where the validation ends; null for a share of what there is
   */
  public record Later(@Nullable List<Series> validation, @Nullable List<Series> test) {}

  /**
   * Makes the parts of a data set, of each of its series alike: the first part trains, the last one
   * tests.
   *
   * @param shares those of all times that train, validate and test, as far as there are no series
   *     for those
   * @throws IllegalArgumentException if the shares are not positive or do not add up to 1, or a
   *     later file has a series that the training has not
   */
  public Parts<Moment> parts(List<Series> training, Later later, double... shares) {
    Splits.checkShares(shares);
    requireKnown(training, later.validation);
    requireKnown(training, later.test);
    var cuts = new ArrayList<Cut>();
    for (var series : training) {
      var all = series;
      int trained = all.length();
      all = then(all, later.validation);
      int validated = all.length();
      all = then(all, later.test);
      validated -= later.test == null ? share(all, shares[2]) : 0;
      trained = later.validation == null ? validated - share(all, shares[1]) : trained;
      cuts.add(new Cut(all, trained, validated));
    }
    return parts(cuts);
  }

  private static int share(Series series, double share) {
    return (int) Math.round(series.length() * share);
  }

  private static Series then(Series series, @Nullable List<Series> later) {
    return later == null
        ? series
        : later.stream()
            .filter(other -> other.name().equals(series.name()))
            .findFirst()
            .map(series::then)
            .orElse(series);
  }

  private static void requireKnown(List<Series> training, @Nullable List<Series> later) {
    var known = training.stream().map(Series::name).toList();
    for (var series : later == null ? List.<Series>of() : later) {
      if (!known.contains(series.name())) {
        throw new IllegalArgumentException(
            "series: expected those that train, "
                + String.join(", ", known)
                + ", got "
                + series.name());
      }
    }
  }

  /**
   * Parts series by the times of the targets, so that none is in two parts.
   *
   * @param trained the first time that does not train
   * @param validated the first time of the test
   */
  public Parts<Moment> parts(List<Series> series, int trained, int validated) {
    return parts(series.stream().map(one -> new Cut(one, trained, validated)).toList());
  }

  private record Cut(Series series, int trained, int validated) {}

  private Parts<Moment> parts(List<Cut> cuts) {
    var training = new ArrayList<Moment>();
    var validation = new ArrayList<Moment>();
    var test = new ArrayList<Moment>();
    for (var cut : cuts) {
      var series = cut.series;
      int known = Math.max(1, cut.trained); // before the first time there is nothing to see
      int later = Math.max(1, cut.validated);
      training.addAll(Moment.of(series, 0, cut.trained - horizon, seen));
      validation.addAll(Moment.of(series, known - 1, cut.validated - horizon, 1));
      test.addAll(Moment.of(series, later - 1, series.length() - horizon, 1));
    }
    return new Parts<>(training, validation, test);
  }
}
