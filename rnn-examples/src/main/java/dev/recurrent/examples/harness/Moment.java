package dev.recurrent.examples.harness;

import dev.recurrent.data.Series;
import java.util.List;
import java.util.Optional;
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

  /** Returns the last moment of a series. */
  public static Moment last(Series series) {
    return new Moment(series, series.length() - 1, 1);
  }

  /** Returns another moment of the same series. */
  Moment at(int another) {
    return new Moment(series, another, 1);
  }

  /** Returns the values that come next, if all of them are known. */
  public Optional<double[]> next(int horizon) {
    var next = new double[horizon];
    for (int h = 0; h < horizon; h++) {
      int then = time + 1 + h;
      if (then >= series.length() || Double.isNaN(series.value(then, 0))) {
        return Optional.empty();
      }
      next[h] = series.value(then, 0);
    }
    return Optional.of(next);
  }
}
