package dev.recurrent.examples.harness;

import dev.recurrent.data.Series;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Is a moment of a series: an example whose targets are the values that come next.
 *
 * @param time up to which the series is known
 * @param counted for how many of the last times the forecasts count
 */
public record Moment(Series series, int time, int counted) {

  /** Returns the moments from one time up to another, exclusive. */
  public static List<Moment> of(Series series, int from, int to, int counted) {
    return IntStream.range(from, to).mapToObj(t -> new Moment(series, t, counted)).toList();
  }

  /**
   * Says where a series is parted.
   *
   * @param trained the first time that does not train
   * @param validated the first time of the test
   * @param window the times of a training example
   * @param horizon the times that are forecast at a moment
   */
  public record Cuts(int trained, int validated, int window, int horizon) {
    /** Parts moments by the times of their targets, so that no target is in two parts. */
    public Parts<Moment> apply(Series series) {
      return new Parts<>(
          of(series, 0, trained - horizon, window),
          of(series, trained - 1, validated - horizon, 1),
          of(series, validated - 1, series.length() - horizon, 1));
    }
  }
}
