package dev.recurrent.examples.harness;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.recurrent.data.Series;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SeriesWindowsTest {
  private static final double NO = Double.NaN;

  /** Means 3 and 1, deviations 2 and 1 over the first two rows. */
  private static final Series SERIES =
      Series.of(
          List.of("t", "wind"),
          List.of("2000-01-01", "2000-01-02", "2000-01-03", "2000-01-04"),
          new double[][] {{1, 2}, {5, 0}, {NO, 9}, {9, 1}});

  private static SeriesWindows windows(double season) {
    var facts = SeriesWindows.learn(List.of(new Moment(SERIES, 1, 2)));
    return new SeriesWindows(facts, new Windows(3, 1), season);
  }

  @Test
  void numbersAreStandardizedByTheTrainingDataAlone() {
    var inputs = windows(0).inputs(List.of(Moment.last(SERIES)));
    assertEquals(2, inputs.width());
    assertArrayEquals(new float[] {1, -1, 1, 8, 3, 0}, inputs.packedFeatures());
  }

  @Test
  void seasonIsAPairOfWavesForEachHarmonic() {
    var inputs = windows(4).inputs(List.of(new Moment(SERIES, 0, 1)));
    int day = 10957; // since 1970
    var wave = new float[6];
    wave[0] = -1;
    wave[1] = 1;
    for (int k = 1; k <= 2; k++) {
      wave[2 * k] = (float) Math.sin(Math.PI * k * day / 2);
      wave[2 * k + 1] = (float) Math.cos(Math.PI * k * day / 2);
    }
    assertEquals(6, windows(4).width());
    assertArrayEquals(wave, inputs.packedFeatures(), 1e-6f);
  }

  @Test
  void targetIsTheDifferenceToTheLastKnownNumberAndAForecastAddsIt() {
    var windows = windows(0);
    var targets = windows.targets(List.of(new Moment(SERIES, 2, 2)));
    // From 1 to 5, which does not count; from 5 to what is missing; from the 5 before it to 9.
    assertArrayEquals(new float[] {0, 0, 2}, targets.packedFeatures());
    assertArrayEquals(
        new double[] {9}, windows.forecast(new Moment(SERIES, 2, 1), new float[] {2}));
    assertArrayEquals(
        new float[] {2, 0, 2}, windows.targets(List.of(new Moment(SERIES, 2, 3))).packedFeatures());
  }

  @Test
  void smallChangesOfLargeNumbersAreNotLost() {
    var values = new double[400][1];
    for (int t = 0; t < values.length; t++) {
      values[t][0] = 1e9 + 10 * Math.sin(t);
    }
    var labels = IntStream.range(0, values.length).mapToObj(t -> "t" + t).toList();
    var series = Series.of(List.of("t"), labels, values);
    var moment = new Moment(series, 7, 1);
    var facts = SeriesWindows.learn(Moment.of(series, 0, 399, 3));
    var windows = new SeriesWindows(facts, new Windows(3, 1), 0);
    double difference = values[8][0] - values[7][0];
    var scaled = windows.targets(List.of(moment)).packedFeatures()[2];
    assertEquals(difference / facts.numbers("deviations")[0], scaled, 1e-6);
    var forecast = windows.forecast(moment, new float[] {scaled})[0];
    assertEquals(values[8][0], forecast, 1e-5);
    assertEquals(values[8][0], windows.written(forecast), 1e-5);
    var outcome = new Forecasts(1, 0).outcome(moment, new double[] {values[8][0] + 1}, d -> d);
    assertEquals(1, outcome.statistics().getFirst()[0], 1e-6);
    assertEquals(difference * difference, outcome.statistics().getLast()[1], 1e-6);
  }

  @Test
  void columnThatDoesNotChangeWhereItTrainsIsNamed() {
    var values = new double[][] {{87.1, 1}, {87.1, 2}, {87.1, 3}, {90, 4}};
    var series = Series.of(List.of("t", "u"), List.of("a", "b", "c", "d"), values);
    assertEquals(
        List.of(
            "warning: the column \"t\" is constant where it trains, so that nothing is learnt of"
                + " it"),
        SeriesWindows.constants(Moment.of(series, 0, 3, 1)));
    assertEquals(List.of(), SeriesWindows.constants(Moment.of(series, 0, 4, 1)));
  }

  @Test
  void columnsAndDatesAreThoseOfTraining() {
    var columns = SeriesWindows.columns(SeriesWindows.learn(List.of(Moment.last(SERIES))));
    assertEquals(SERIES.source(), columns);
    assertEquals(List.of("t", "wind"), columns.numbers());
  }

  @Test
  void seriesOfAnotherKindIsRefused() {
    var other = Series.of(List.of("t"), List.of("2000-01-01"), new double[][] {{1}});
    assertRefused("columns: expected [t, wind] as in training, got [t]", 0, other);
    var rows = Series.of(List.of("t", "wind"), List.of("Mon"), new double[][] {{1, 1}});
    assertRefused("times: expected DAYS as in training, got ROWS", 7, rows);
    assertEquals(1, windows(0).inputs(List.of(Moment.last(rows))).batch());
  }

  private static void assertRefused(String message, double season, Series series) {
    var windows = windows(season);
    var moments = List.of(Moment.last(series));
    var refused = assertThrows(IllegalArgumentException.class, () -> windows.inputs(moments));
    assertEquals(message, refused.getMessage());
  }
}
