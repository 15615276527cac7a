package dev.recurrent.data;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

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

    long read(String label) {
      return number.applyAsLong(formatter.parse(label));
    }
  }

  /** Is a clock with what it shows at each label. */
  record Reading(Clock clock, long[] numbers) {}

  /** Reads labels, all in the same format; in rows where there is no such format. */
  static Reading read(List<String> labels) {
    for (var format : FORMATS) {
      try {
        var numbers = labels.stream().mapToLong(format::read).toArray();
        return new Reading(format.clock, numbers);
      } catch (DateTimeException e) {
        // Another format may fit.
      }
    }
    var rows = new long[labels.size()];
    for (int t = 0; t < rows.length; t++) {
      rows[t] = t;
    }
    return new Reading(ROWS, rows);
  }
}
