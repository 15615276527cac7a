package dev.recurrent.data;

import dev.recurrent.io.Quoted;
import java.text.ParsePosition;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A way to write times: a date, with or without a time of day, a month, or a year. Month names are
 * English. A year of two digits is one from 1970 to 2069.
 *
 * @param name the pattern of {@link DateTimeFormatter} by which it is known, with {@code y} for the
 *     year
 */
record TimeFormat(String name, DateTimeFormatter formatter) {
  private static final String ZONED = ", with a zone";
  private static final int FIRST_YEAR = 1970; // of two digits
  private static final String NUMERIC_YEAR = "yyyy";

  private static final List<String> DAYS =
      List.of(
          "yyyy-M-d",
          "yyyy/M/d",
          "yyyy.M.d",
          "yyyyMMdd",
          "d-M-yyyy",
          "d/M/yyyy",
          "d.M.yyyy",
          "M/d/yyyy",
          "M-d-yyyy",
          "d MMM yyyy",
          "d-MMM-yyyy",
          "d. MMM yyyy",
          "MMM d yyyy",
          "MMM d, yyyy",
          "d MMMM yyyy",
          "d. MMMM yyyy",
          "MMMM d yyyy",
          "MMMM d, yyyy",
          "yyyy-MMM-d",
          "EEE, d MMM yyyy",
          "EEE MMM d yyyy",
          "d.M.yy",
          "d/M/yy",
          "M/d/yy",
          "d-M-yy",
          "d-MMM-yy");

  private static final List<String> OTHERS =
      List.of(
          "yyyy-M",
          "yyyy/M",
          "M/yyyy",
          "M.yyyy",
          "MMM yyyy",
          "MMM-yyyy",
          "MMMM yyyy",
          "yyyy-MMM",
          "yyyy MMM",
          "MMM-yy",
          "MMM yy",
          NUMERIC_YEAR);

  private static final List<TimeFormat> KNOWN =
      Stream.of(
              DAYS.stream().map(date -> new TimeFormat(date, withTime(date).toFormatter())),
              DAYS.stream().map(TimeFormat::zoned),
              OTHERS.stream().map(other -> new TimeFormat(other, pattern(other).toFormatter())))
          .flatMap(formats -> formats)
          .map(format -> new TimeFormat(format.name, strict(format.formatter)))
          .toList();

  /**
   * A time that a label tells.
   *
   * @param clock {@link Clock#DAYS} for a date, with or without a time of day
   * @param day the date, or the first one of the month or the year
   * @param ofDay the time of day
   * @param offset that of the zone, UTC where none is told
   */
  record Time(Clock clock, LocalDate day, LocalTime ofDay, ZoneOffset offset) {
    /** Returns what a clock shows at this time. */
    double on(Clock shown) {
      return switch (shown) {
        case HOURS ->
            (day.toEpochDay() * 86_400.0 + ofDay.toNanoOfDay() * 1e-9 - offset.getTotalSeconds())
                / 3600;
        case MONTHS -> day.getLong(ChronoField.PROLEPTIC_MONTH);
        case YEARS -> day.getYear();
        case DAYS, ROWS -> day.toEpochDay();
      };
    }
  }

  /** Returns the ways to write times that are tried where none is named. */
  static List<TimeFormat> known() {
    return KNOWN;
  }

  /**
   * Returns a known format by its name, or the one of a pattern.
   *
   * @throws IllegalArgumentException if the pattern is none of times
   */
  static TimeFormat of(String name) {
    var known = KNOWN.stream().filter(format -> format.name.equals(name)).findFirst();
    if (known.isPresent()) {
      return known.get();
    }
    try {
      return new TimeFormat(name, strict(pattern(name).toFormatter(Locale.ENGLISH)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "format of dates: expected a pattern such as d.M.yyyy or M/d/yyyy H:mm, got "
              + Quoted.quote(name)
              + " ("
              + Quoted.quote(String.valueOf(e.getMessage()))
              + ")",
          e);
    }
  }

  /** Reads a label, if it is written so. */
  Optional<Time> read(String label) {
    var text = label.strip();
    var position = new ParsePosition(0);
    if (text.isEmpty()
        || formatter.parseUnresolved(text, position) == null
        || position.getIndex() < text.length()) {
      return Optional.empty();
    }
    try {
      return time(formatter.parse(text));
    } catch (DateTimeException e) {
      return Optional.empty(); // such as February 30
    }
  }

  /** Tells whether plain numbers may be taken for such times. */
  boolean isNumeric() {
    return name.equals(NUMERIC_YEAR);
  }

  /**
   * Tells whether times are told with their zone, so that clocks that are set back do not matter.
   */
  boolean isZoned() {
    return name.endsWith(ZONED);
  }

  private static Optional<Time> time(TemporalAccessor parsed) {
    var day = parsed.query(TemporalQueries.localDate());
    if (day == null) {
      if (parsed.isSupported(ChronoField.MONTH_OF_YEAR)) {
        return Optional.of(time(Clock.MONTHS, YearMonth.from(parsed).atDay(1)));
      }
      return parsed.isSupported(ChronoField.YEAR)
          ? Optional.of(time(Clock.YEARS, Year.from(parsed).atDay(1)))
          : Optional.empty();
    }
    var ofDay = parsed.query(TemporalQueries.localTime());
    if (ofDay == null) {
      return Optional.of(time(Clock.DAYS, day));
    }
    var zone = parsed.query(TemporalQueries.zone());
    var offset = zone == null ? ZoneOffset.UTC : ZonedDateTime.of(day, ofDay, zone).getOffset();
    return Optional.of(new Time(Clock.DAYS, day, ofDay, offset));
  }

  private static Time time(Clock clock, LocalDate day) {
    return new Time(clock, day, LocalTime.MIDNIGHT, ZoneOffset.UTC);
  }

  private static DateTimeFormatter strict(DateTimeFormatter formatter) {
    return formatter.withLocale(Locale.ENGLISH).withResolverStyle(ResolverStyle.STRICT);
  }

  private static DateTimeFormatterBuilder withTime(String date) {
    return pattern(date)
        .optionalStart()
        .appendPattern("[ ]['T']h:mm[:ss][ ]a")
        .optionalEnd()
        .optionalStart()
        .appendPattern("[ ]['T']H:mm[:ss]")
        .optionalStart()
        .appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, true)
        .optionalEnd()
        .optionalEnd();
  }

  private static TimeFormat zoned(String date) {
    var formatter =
        pattern(date)
            .appendPattern("[ ]['T']H:mm[:ss]")
            .optionalStart()
            .appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, true)
            .optionalEnd()
            .appendPattern("[ ][XXX][XX][X][VV]['['VV']']")
            .toFormatter();
    return new TimeFormat(date + ZONED, formatter);
  }

  /** Returns a builder that has a pattern in which {@code y} is the year of strict formatters. */
  private static DateTimeFormatterBuilder pattern(String pattern) {
    var builder = new DateTimeFormatterBuilder().parseCaseInsensitive();
    for (var part : parts(pattern.replace('y', 'u'))) {
      if (part.equals("uu")) {
        builder.appendValueReduced(ChronoField.YEAR, 2, 2, FIRST_YEAR);
      } else {
        builder.appendPattern(part);
      }
    }
    return builder;
  }

  /** Parts a pattern at years of two digits. */
  private static List<String> parts(String pattern) {
    var parts = new ArrayList<String>();
    for (var part : pattern.split("(?<!u)(?=uu(?!u))|(?<=(?<!u)uu)(?!u)", -1)) {
      if (!part.isEmpty()) {
        parts.add(part);
      }
    }
    return parts;
  }
}
