package dev.recurrent.examples.harness;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.recurrent.data.Series;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class WindowsTest {
  private static final Windows WINDOWS = new Windows(4, 2);

  private static Series series(int first, int length) {
    return Series.of(
        List.of("t"),
        IntStream.range(first, first + length).mapToObj(String::valueOf).toList(),
        IntStream.range(first, first + length)
            .mapToObj(t -> new double[] {t})
            .toArray(double[][]::new));
  }

  /** Checks the times of the targets of each part, of which those of training come many times. */
  private static void assertTargets(
      Parts<Moment> parts, int[] training, int[] validation, int[] test) {
    assertArrayEquals(training, targets(parts.training()));
    assertArrayEquals(validation, targets(parts.validation()));
    assertArrayEquals(test, targets(parts.test()));
  }

  private static int[] targets(List<Moment> moments) {
    return moments.stream()
        .flatMap(moment -> moment.next(WINDOWS.horizon()).stream())
        .flatMapToInt(next -> Arrays.stream(next).mapToInt(value -> (int) value))
        .distinct()
        .sorted()
        .toArray();
  }

  private static int[] range(int from, int to) {
    return IntStream.range(from, to).toArray();
  }

  private static int[] both(int[] one, int[] other) {
    return IntStream.concat(Arrays.stream(one), Arrays.stream(other)).toArray();
  }

  private static void assertParts(
      int trained, int validated, @Nullable Series validation, @Nullable Series test) {
    assertTargets(
        WINDOWS.parts(
            List.of(series(0, 40)), new Windows.Later(one(validation), one(test)), 0.8, 0.1, 0.1),
        range(1, trained),
        range(trained, validated),
        range(validated, 40 + length(validation) + length(test)));
  }

  private static @Nullable List<Series> one(@Nullable Series series) {
    return series == null ? null : List.of(series);
  }

  private static int length(@Nullable Series series) {
    return series == null ? 0 : series.length();
  }

  @Test
  void noTargetIsInTwoParts() {
    assertTargets(
        WINDOWS.parts(List.of(series(0, 20)), 10, 15), range(1, 10), range(10, 15), range(15, 20));
  }

  @Test
  void partsThatAreNotGivenAreTenthsAtTheEnd() {
    assertParts(32, 36, null, null);
    assertParts(35, 40, null, series(40, 5)); // a tenth of 45 rounded: 5
    assertParts(40, 45, series(40, 10), null);
    assertParts(40, 45, series(40, 5), series(45, 7));
  }

  @Test
  void sharesAreThoseOfEachSeries() {
    var parts =
        WINDOWS.parts(
            List.of(series(0, 20), series(100, 10)), new Windows.Later(null, null), 0.5, 0.3, 0.2);
    assertTargets(
        parts,
        both(range(1, 10), range(101, 105)),
        both(range(10, 16), range(105, 108)),
        both(range(16, 20), range(108, 110)));
  }

  @Test
  void fewerTimesAreSeenWhereTheSeriesBegins() {
    var series = series(0, 10);
    assertArrayEquals(new int[] {0}, WINDOWS.times(new Moment(series, 0, 1)).toArray());
    assertArrayEquals(range(0, 4), WINDOWS.times(new Moment(series, 3, 1)).toArray());
    assertArrayEquals(range(6, 10), WINDOWS.times(Moment.last(series)).toArray());
    assertEquals(2, WINDOWS.length(new Moment(series, 1, 1)));
  }

  @Test
  void whatComesNextIsNotKnownAtTheEndOrWhereItIsMissing() {
    var series =
        Series.of(
            List.of("t"),
            List.of("a", "b", "c", "d"),
            new double[][] {{1}, {2}, {Double.NaN}, {4}});
    assertArrayEquals(new double[] {2}, new Moment(series, 0, 1).next(1).orElseThrow());
    assertEquals(Optional.empty(), new Moment(series, 0, 1).next(2));
    assertEquals(Optional.empty(), new Moment(series, 1, 1).next(1));
    assertArrayEquals(new double[] {4}, new Moment(series, 2, 1).next(1).orElseThrow());
    assertEquals(Optional.empty(), Moment.last(series).next(1));
  }
}
