package dev.recurrent.examples.harness;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.recurrent.data.Series;
import java.time.LocalDate;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ForecastsTest {
  private static final Forecasts FORECASTS = new Forecasts(6, 4);

  /** The squares of 0 to 19. */
  private static final Series SQUARES = squares(String::valueOf);

  private static Series squares(IntFunction<String> label) {
    return Series.of(
        List.of("t"),
        IntStream.range(0, 20).mapToObj(label).toList(),
        IntStream.range(0, 20)
            .mapToObj(t -> new double[] {(double) t * t})
            .toArray(double[][]::new));
  }

  private static List<double[]> statisticsOfARightForecast(Series series, int time) {
    var moment = new Moment(series, time, 1);
    var right = moment.next(6).orElseThrow();
    return FORECASTS.outcome(moment, right, number -> number).statistics();
  }

  /** After 9, 10² to 13² are compared with 6² to 9², and so are 14² and 15² with 6² and 7². */
  @Test
  void seasonalNaiveTakesTheValuesOfTheLastSeasonThatIsKnown() {
    double errors = 0;
    int[][] pairs = {{10, 6}, {11, 7}, {12, 8}, {13, 9}, {14, 6}, {15, 7}};
    for (var pair : pairs) {
      errors += Math.pow(pair[0] * pair[0] - pair[1] * pair[1], 2);
    }
    assertArrayEquals(new double[] {0, errors}, statisticsOfARightForecast(SQUARES, 9).get(3));
  }

  /** A season of four days is two values where there is one every other day. */
  @Test
  void seasonIsAsLongAsTheDatesSay() {
    var start = LocalDate.of(2024, 2, 27);
    var series = squares(t -> start.plusDays(2L * t).toString());
    double errors = 0;
    int[][] pairs = {{10, 8}, {11, 9}, {12, 8}, {13, 9}, {14, 8}, {15, 9}};
    for (var pair : pairs) {
      errors += Math.pow(pair[0] * pair[0] - pair[1] * pair[1], 2);
    }
    assertArrayEquals(new double[] {0, errors}, statisticsOfARightForecast(series, 9).get(3));
  }

  @Test
  void seasonalNaiveDoesNotCountBeforeAWholeSeasonIsKnown() {
    assertArrayEquals(new double[2], statisticsOfARightForecast(SQUARES, 2).get(3));
    // After 3, 4² to 9² are compared with 0² to 3², 0² and 1².
    double errors = 16 * 16 + 24 * 24 + 32 * 32 + 40 * 40 + 64 * 64 + 80 * 80;
    assertArrayEquals(new double[] {0, errors}, statisticsOfARightForecast(SQUARES, 3).get(3));
  }

  @Test
  void persistenceForecastsTheLastValue() {
    var moments = Moment.of(SQUARES, 12, 20, 1); // what comes is known after 12 and 13
    var outcomes = FORECASTS.persistence(moments);
    assertEquals(2, outcomes.size());
    double absolute = 0;
    double squares = 0;
    for (int then = 13; then <= 18; then++) {
      absolute += then * then - 144;
      squares += Math.pow(then * then - 144, 2);
    }
    var statistics = outcomes.getFirst().statistics();
    assertArrayEquals(new double[] {squares, 6}, statistics.get(0));
    assertArrayEquals(new double[] {absolute, 6}, statistics.get(1));
    assertArrayEquals(new double[] {squares, squares}, statistics.get(2));
  }
}
