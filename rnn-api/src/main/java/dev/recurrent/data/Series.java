package dev.recurrent.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Holds a series: numbers in the order of time, of one column or several. A number that is missing
 * is NaN. Immutable.
 *
 * <pre>{@code
 * var series = Series.read(path, new Series.Columns(List.of("Temp"), "Date"), rows);
 * double second = series.value(1, 0);
 * }</pre>
 */
public final class Series {
  private final Columns columns;
  private final List<String> labels; // [T]
  private final double[][] values; // [T][columns]
  private final Times times;
  private final double step;
  private final String name;

  Series(String name, Columns columns, List<String> labels, double[][] values, Times times) {
    this.name = name;
    this.columns = columns;
    this.labels = labels;
    this.values = values;
    this.times = times;
    step = times.step();
  }

  /**
   * Says what is read of a table.
   *
   * @param numbers the columns of numbers; if empty, the first column of numbers that has a name
   *     and does not tell the time
   * @param label the column that names the times; if empty, the first one of dates, else the first
   *     one of the table unless that is read for its numbers, else the number of the row
   * @param group the column whose fields tell several series of one file apart; none where the file
   *     holds one
   * @param form how the times are written; found out where none is given
   */
  public record Columns(
      List<String> numbers, String label, Optional<String> group, Optional<TimeForm> form) {
    /** Copies the list. */
    public Columns {
      numbers = List.copyOf(numbers);
    }

    /** Says what is read of a table that holds one series. */
    public Columns(List<String> numbers, String label) {
      this(numbers, label, Optional.empty(), Optional.empty());
    }

    /** Returns the same columns of several series, which the fields of a column tell apart. */
    public Columns grouped(String column) {
      return new Columns(numbers, label, Optional.of(column), form);
    }

    /** Returns the same columns with times that are written in a given way. */
    public Columns dated(TimeForm written) {
      return new Columns(numbers, label, group, Optional.of(written));
    }
  }

  /**
   * Says how times are written, and how they are told.
   *
   * @param pattern of {@link java.time.format.DateTimeFormatter}, such as {@code d.M.yyyy}, with
   *     {@code y} for years; empty where labels are no times
   * @param clock what tells the time; found out where none is given
   */
  public record TimeForm(String pattern, Optional<Clock> clock) {
    /** Refuses a pattern that is none. */
    public TimeForm {
      if (!pattern.isEmpty()) {
        TimeFormat.of(pattern);
      }
    }
  }

  /**
   * Makes a series.
   *
   * @param columns the names of the columns
   * @param labels the name of each time, such as a date
   * @param values {@code [T][columns]}, NaN where one is missing; copied
   */
  public static Series of(List<String> columns, List<String> labels, double[][] values) {
    if (labels.size() != values.length) {
      throw new IllegalArgumentException(
          "labels: expected " + values.length + ", one for each row, got " + labels.size());
    }
    for (var row : values) {
      if (row.length != columns.size()) {
        throw new IllegalArgumentException(
            "values: expected rows of " + columns.size() + " columns, got " + row.length);
      }
    }
    var copies = Arrays.stream(values).map(double[]::clone).toArray(double[][]::new);
    return new Series("", new Columns(columns, ""), List.copyOf(labels), copies, Times.of(labels));
  }

  /**
   * Reads the one series of a table that is written in the usual way, as {@link #readAll} does.
   *
   * @throws IllegalArgumentException if the columns tell several series apart
   */
  public static Series read(Path file, Columns wanted, Rows rows) throws IOException {
    if (wanted.group.isPresent()) {
      throw new IllegalArgumentException(
          "series: expected one without a column that tells several apart, got "
              + wanted.group.get());
    }
    return readAll(file, wanted, Table.Dialect.USUAL, rows).getFirst();
  }

  /**
   * Reads a table with one row for each time, the earliest first; where it holds several series,
   * the rows of each. A field that is empty or no number is malformed; where malformed rows are to
   * be skipped it is missing and its row stays, so that the time between the others does not
   * change. Where labels are dates, a row whose label is none is malformed as a whole. The rows
   * take note of the times that were understood, of gaps, and of times that are repeated.
   *
   * @return the series in the order in which they begin
   * @throws DataException if a field is malformed and malformed rows are not to be skipped, there
   *     is no row, or a time is before that of the row above
   */
  public static List<Series> readAll(Path file, Columns wanted, Table.Dialect dialect, Rows rows)
      throws IOException {
    return new SeriesTable(Table.read(file, dialect, rows), wanted, rows).series();
  }

  /** Returns the first time that is before the one above, or 0. */
  int firstOutOfOrder() {
    return times.firstOutOfOrder();
  }

  /** Returns what tells this series from others of its file; empty where it is the only one. */
  public String name() {
    return name;
  }

  /** Returns the usual step from one time to the next, by the clock; 0 where there is none. */
  public double step() {
    return step;
  }

  /** Returns the times that the labels tell. */
  Times times() {
    return times;
  }

  /** Returns the number of times, T. */
  public int length() {
    return values.length;
  }

  /** Returns the names of the columns. */
  public List<String> columns() {
    return columns.numbers;
  }

  /**
   * Says what was read of a table, with all that was found out: where another table is read with
   * it, the same columns and times are.
   */
  public Columns source() {
    var pattern = times.formats().isEmpty() ? "" : times.formats().getFirst().name();
    return columns.dated(new TimeForm(pattern, Optional.of(clock())));
  }

  /** Returns the name of a time. */
  public String label(int time) {
    return labels.get(time);
  }

  /** Says how the labels tell the time. */
  public Clock clock() {
    return times.clock();
  }

  /** Returns what the clock shows at a time: a number of hours, days, months, years or rows. */
  public double clock(int time) {
    return times.numbers()[time];
  }

  /** Returns a number, or NaN where it is missing. */
  public double value(int time, int column) {
    return values[time][column];
  }

  /** Returns a copy of the numbers of a time. */
  public double[] row(int time) {
    return values[time].clone();
  }

  /**
   * Returns this series followed by another one of the same columns.
   *
   * @throws IllegalArgumentException if the other has other columns, or starts before this one ends
   */
  public Series then(Series later) {
    var series = join(later);
    if (series.firstOutOfOrder() > 0) {
      throw new IllegalArgumentException(
          "series: expected one that goes on after "
              + labels.getLast()
              + ", got one from "
              + later.labels.getFirst());
    }
    return series;
  }

  /** Returns this series followed by another one, whatever their times. */
  Series join(Series later) {
    if (!later.columns().equals(columns())) {
      throw new IllegalArgumentException(
          "series: expected the columns " + columns() + ", got " + later.columns());
    }
    var all = new ArrayList<>(labels);
    all.addAll(later.labels);
    var joined = Arrays.copyOf(values, values.length + later.values.length);
    System.arraycopy(later.values, 0, joined, values.length, later.values.length);
    return new Series(name, columns, List.copyOf(all), joined, times.read(all));
  }

  /**
   * Returns the last times alone, at most so many. The clock goes on, and what is missing at the
   * first of them is the last number known before.
   */
  Series last(int count) {
    int from = length() - count;
    if (from <= 0) {
      return this;
    }
    var rows = Arrays.copyOfRange(values, from, length());
    rows[0] = new double[columns().size()];
    Arrays.setAll(rows[0], c -> lastKnown(from, c));
    return new Series(
        name, columns, List.copyOf(labels.subList(from, length())), rows, times.startingAt(from));
  }

  /** Returns the last number of a column up to a time, or NaN where none is known yet. */
  public double lastKnown(int time, int column) {
    int t = time;
    while (t > 0 && Double.isNaN(values[t][column])) {
      t--;
    }
    return values[t][column];
  }
}
