package dev.recurrent.examples.harness;

import dev.recurrent.data.Series;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

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

  /** Returns the values that come next; null where one of them is not known. */
  public float @Nullable [] next(int horizon) {
    var next = new float[horizon];
    for (int h = 0; h < horizon; h++) {
      int then = time + 1 + h;
      if (then >= series.length() || Double.isNaN(series.value(then, 0))) {
        return null;
      }
      next[h] = (float) series.value(then, 0);
    }
    return next;
  }
}
