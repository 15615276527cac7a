package dev.recurrent.data;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/** Says how the labels of a {@link Series} tell the time. */
public enum Clock {
  /** In days since 1970, from dates: 2017-01-31, 2017/01/31, 31-01-2017, 31/01/2017, 01/31/2017. */
  DAYS,
  /** In months since the year 0, from months: 2017-01. */
  MONTHS,
  /** In rows from 0: the labels are no times. */
  ROWS;

  private static final List<Format> FORMATS =
      List.of(
          Format.ofDays("uuuu-MM-dd"),
          Format.ofDays("uuuu/MM/dd"),
          Format.ofDays("dd-MM-uuuu"),
          Format.ofDays("dd/MM/uuuu"),
          Format.ofDays("MM/dd/uuuu"),
          Format.ofMonths("uuuu-MM"));

  /** Is one way to write a time. */
  private record Format(
      Clock clock, DateTimeFormatter formatter, ToLongFunction<TemporalAccessor> number) {

    static Format ofDays(String pattern) {
      return new Format(DAYS, formatter(pattern), day -> LocalDate.from(day).toEpochDay());
    }

    static Format ofMonths(String pattern) {
      return new Format(
          MONTHS,
          formatter(pattern),
          month -> YearMonth.from(month).getLong(ChronoField.PROLEPTIC_MONTH));
    }

    private static DateTimeFormatter formatter(String pattern) {
      return DateTimeFormatter.ofPattern(pattern, Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);
    }

    boolean fits(List<String> labels) {
      try {
        labels.forEach(this::read);
        return true;
      } catch (DateTimeException e) {
        return false;
      }
    }

    long read(String label) {
      return number.applyAsLong(formatter.parse(label));
    }
  }

  /**
   * Is what labels tell.
   *
   * @param formats in which all labels so far can be read, the first of which is taken; none where
   *     the labels are no times
   * @param firstRow how many rows there were before the first label
   * @param numbers what the clock shows at each label
   */
  record Reading(List<Format> formats, long firstRow, long[] numbers) {
    Clock clock() {
      return formats.isEmpty() ? ROWS : formats.getFirst().clock;
    }

    /** Reads labels from the same row on, in the formats that are left. */
    Reading read(List<String> labels) {
      var left = formats.stream().filter(format -> format.fits(labels)).toList();
      var numbers =
          left.isEmpty()
              ? LongStream.range(firstRow, firstRow + labels.size())
              : labels.stream().mapToLong(left.getFirst()::read);
      return new Reading(left, firstRow, numbers.toArray());
    }

    /** Returns what the labels from a later one on tell. */
    Reading startingAt(int label) {
      return new Reading(
          formats, firstRow + label, Arrays.copyOfRange(numbers, label, numbers.length));
    }
  }

  /** Reads labels, all in the same format; in rows where there is no such format. */
  static Reading read(List<String> labels) {
    return new Reading(FORMATS, 0, new long[0]).read(labels);
  }
}
