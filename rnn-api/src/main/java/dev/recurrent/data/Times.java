package dev.recurrent.data;

import dev.recurrent.data.TimeFormat.Time;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The times that the labels of a series tell.
 *
 * @param formats in which all labels so far can be read, the first of which is taken; none where
 *     the labels are no times
 * @param clock what tells the time
 * @param firstRow how many rows there were before the first label
 * @param numbers what the clock shows at each label
 */
record Times(List<TimeFormat> formats, Clock clock, long firstRow, double[] numbers) {
  private static final int SAMPLE = 100;
  private static final double GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

  /** The share of labels that are dates from which on the others are malformed. */
  private static final double DATES = 0.1;

  /** Reads labels, all in the same format; in rows where there is no such format. */
  static Times of(List<String> labels) {
    return new Times(TimeFormat.known(), Clock.ROWS, 0, new double[0]).read(labels);
  }

  /** Reads labels in a format in which all of them are. */
  static Times of(List<String> labels, TimeFormat format, Clock clock) {
    return new Times(List.of(format), clock, 0, new double[0]).read(labels);
  }

  /** Counts rows. */
  static Times ofRows(int count) {
    return new Times(
        List.of(), Clock.ROWS, 0, LongStream.range(0, count).asDoubleStream().toArray());
  }

  /** Reads labels from the same row on, in the formats that are left. */
  Times read(List<String> labels) {
    var left = formats.stream().filter(format -> fits(format, labels)).toList();
    if (left.isEmpty()) {
      var rows = LongStream.range(firstRow, firstRow + labels.size());
      return new Times(left, Clock.ROWS, firstRow, rows.asDoubleStream().toArray());
    }
    var times = labels.stream().map(label -> left.getFirst().read(label).orElseThrow()).toList();
    var shown = clock == Clock.HOURS ? clock : clockOf(times);
    return new Times(
        left, shown, firstRow, times.stream().mapToDouble(time -> time.on(shown)).toArray());
  }

  private static boolean fits(TimeFormat format, List<String> labels) {
    return labels.stream().allMatch(label -> format.read(label).isPresent());
  }

  /** Returns the clock that tells times apart: days, where all are of the same time of day. */
  static Clock clockOf(List<Time> times) {
    var first = times.getFirst();
    boolean hours =
        first.clock() == Clock.DAYS
            && times.stream().anyMatch(time -> !time.ofDay().equals(first.ofDay()));
    return hours ? Clock.HOURS : first.clock();
  }

  /** Returns what the labels from a later one on tell. */
  Times startingAt(int label) {
    return new Times(
        formats, clock, firstRow + label, Arrays.copyOfRange(numbers, label, numbers.length));
  }

  /**
   * Finds the format in which most labels are; of several, that in which times go back least often,
   * and then that in which they are most regular. None where hardly any label is a time.
   */
  static Optional<TimeFormat> detect(List<String> labels) {
    int some = Math.min(labels.size(), SAMPLE); // spread unevenly, or a pattern could hide in them
    var sample =
        IntStream.range(0, some)
            .mapToObj(i -> labels.get((int) (i * GOLDEN_RATIO % 1 * labels.size())))
            .toList();
    return TimeFormat.known().stream()
        .filter(format -> sample.stream().anyMatch(label -> format.read(label).isPresent()))
        .map(format -> Fit.of(format, labels))
        .filter(fit -> fit.count >= Math.max(1, DATES * labels.size()))
        .filter(fit -> !fit.format.isNumeric() || fit.isMonotone(labels.size()))
        .min(Fit.BEST)
        .map(Fit::format);
  }

  /** How a format fits labels. */
  private record Fit(TimeFormat format, int count, long back, long irregular) {
    static final Comparator<Fit> BEST =
        Comparator.comparingInt((Fit fit) -> -fit.count)
            .thenComparingLong(Fit::back)
            .thenComparingLong(Fit::irregular);

    static Fit of(TimeFormat format, List<String> labels) {
      var times = labels.stream().map(format::read).flatMap(Optional::stream).toList();
      var clock = times.isEmpty() ? Clock.ROWS : clockOf(times);
      var steps = steps(times.stream().mapToDouble(time -> time.on(clock)).toArray());
      double usual = median(steps);
      return new Fit(
          format,
          times.size(),
          Arrays.stream(steps).filter(step -> step < 0).count(),
          Arrays.stream(steps).filter(step -> step < 0.8 * usual || step > 1.2 * usual).count());
    }

    /** Tells whether all labels are times, and go forward or all go back. */
    boolean isMonotone(int labels) {
      return count == labels && (back == 0 || back == labels - 1);
    }
  }

  /** Returns by how much each number is above the one before. */
  static double[] steps(double[] numbers) {
    return IntStream.range(1, numbers.length)
        .mapToDouble(t -> numbers[t] - numbers[t - 1])
        .toArray();
  }

  /** Returns the middle one of numbers, 0 where there is none. */
  static double median(double[] numbers) {
    var sorted = DoubleStream.of(numbers).sorted().toArray();
    return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
  }

  /** Returns the step between times that is usual among those that go forward; 0 for none. */
  double step() {
    return median(Arrays.stream(steps(numbers)).filter(step -> step > 0).toArray());
  }

  /**
   * Returns the first time that is before the one above, or 0. Clocks of no zone that are set back
   * by an hour, as in autumn, do not count as long as they are rare.
   */
  int firstOutOfOrder() {
    var steps = steps(numbers);
    boolean mayBeSetBack = clock == Clock.HOURS && !formats.getFirst().isZoned();
    long back = Arrays.stream(steps).filter(step -> step < 0 && step >= -1).count();
    double halfYears = numbers.length == 0 ? 0 : (numbers[numbers.length - 1] - numbers[0]) / 4380;
    boolean setBack = mayBeSetBack && back <= 1 + halfYears && 4 * back < steps.length;
    for (int t = 0; t < steps.length; t++) {
      if (steps[t] < (setBack ? -1 : 0)) {
        return t + 1;
      }
    }
    return 0;
  }
}
