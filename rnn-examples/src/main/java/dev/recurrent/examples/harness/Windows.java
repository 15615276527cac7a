package dev.recurrent.examples.harness;

import dev.recurrent.data.Series;
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
   * Makes the parts of a data set. What is not given is the last tenth of all, or the tenth before.
   *
   * @param validation goes on where the training ends
   * @param test goes on where the validation ends
   */
  public Parts<Moment> parts(Series training, @Nullable Series validation, @Nullable Series test) {
    var all = training;
    int trained = all.length();
    all = validation == null ? all : all.then(validation);
    int validated = all.length();
    all = test == null ? all : all.then(test);
    int tenth = Math.round(all.length() / 10f);
    validated -= test == null ? tenth : 0;
    trained = validation == null ? validated - tenth : trained;
    return cut(all, trained, validated);
  }

  /**
   * Parts a series by the times of the targets, so that none is in two parts.
   *
   * @param trained the first time that does not train
   * @param validated the first time of the test
   */
  public Parts<Moment> cut(Series series, int trained, int validated) {
    return new Parts<>(
        Moment.of(series, 0, trained - horizon, seen),
        Moment.of(series, trained - 1, validated - horizon, 1),
        Moment.of(series, validated - 1, series.length() - horizon, 1));
  }
}
