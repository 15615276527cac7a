package dev.recurrent.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
  private final List<String> columns;
  private final List<String> labels; // [T]
  private final double[][] values; // [T][columns]
  private final Clock.Reading times;

  private Series(
      List<String> columns, List<String> labels, double[][] values, Clock.Reading times) {
    this.columns = columns;
    this.labels = labels;
    this.values = values;
    this.times = times;
  }

  /**
   * Says what is read of a table.
   *
   * @param numbers the columns of numbers; if empty, the first column that starts with a number
   * @param label the column that names the times; if empty, the first one of the table unless that
   *     is read for its numbers, else the number of the row
   */
  public record Columns(List<String> numbers, String label) {
    /** Copies the list. */
    public Columns {
      numbers = List.copyOf(numbers);
    }

    /** Fills in what is left open, by the first row of a table. */
    Columns in(Table.Row first) throws DataException {
      var found = numbers.isEmpty() ? List.of(firstOfNumbers(first)) : numbers;
      var head = first.columns().getFirst();
      return new Columns(found, !label.isEmpty() || found.contains(head) ? label : head);
    }

    private static String firstOfNumbers(Table.Row first) throws DataException {
      for (var column : first.columns()) {
        try {
          first.number(column);
          return column;
        } catch (DataException e) {
          // Not a column of numbers: the next one may be.
        }
      }
      var file = first.place(first.columns().getFirst()).file();
      throw new DataException(Place.of(file), "a column that starts with a number", "none");
    }

    /** Returns the name of the time of a row, which is the given number where no column has it. */
    String label(Table.Row row, long number) {
      return label.isEmpty() ? String.valueOf(number) : row.text(label);
    }

    /** Returns the numbers of a row, NaN where one is malformed and that is to be passed over. */
    double[] numbers(Table.Row row, Rows rows) throws DataException {
      var found = new double[numbers.size()];
      for (int c = 0; c < found.length; c++) {
        try {
          found[c] = row.number(numbers.get(c));
        } catch (DataException e) {
          rows.reject(e);
          found[c] = Double.NaN;
        }
      }
      return found;
    }

    /** Returns the error that says that the time of a row is before that of the row above. */
    DataException outOfOrder(Table.Row row) {
      return row.malformed(label, "a time that is not before that of the row above");
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
    return new Series(List.copyOf(columns), List.copyOf(labels), copies, Clock.read(labels));
  }

  /**
   * Reads a table with one row for each time, the earliest first. A field that is empty or no
   * number is malformed; where malformed rows are to be skipped it is missing and its row stays, so
   * that the time between the others does not change.
   *
   * @throws DataException if a field is malformed and malformed rows are not to be skipped, or
   *     there is no row
   */
  public static Series read(Path file, Columns wanted, Rows rows) throws IOException {
    var table = Table.read(file, rows);
    if (table.rows().isEmpty()) {
      throw new DataException(Place.of(file), "at least one row below the heading", "none");
    }
    var columns = wanted.in(table.rows().getFirst());
    List<String> labels = new ArrayList<>();
    List<double[]> values = new ArrayList<>();
    for (var row : table.rows()) {
      labels.add(columns.label(row, labels.size() + 1));
      values.add(columns.numbers(row, rows));
    }
    var series =
        new Series(
            columns.numbers,
            List.copyOf(labels),
            values.toArray(double[][]::new),
            Clock.read(labels));
    int early = series.firstOutOfOrder();
    if (early > 0) {
      throw columns.outOfOrder(table.rows().get(early));
    }
    return series;
  }

  /** Returns the first time that is before the one above, or 0. */
  int firstOutOfOrder() {
    for (int t = 1; t < length(); t++) {
      if (clock(t) < clock(t - 1)) {
        return t;
      }
    }
    return 0;
  }

  /** Returns the number of times, T. */
  public int length() {
    return values.length;
  }

  /** Returns the names of the columns. */
  public List<String> columns() {
    return columns;
  }

  /** Returns the name of a time. */
  public String label(int time) {
    return labels.get(time);
  }

  /** Says how the labels tell the time. */
  public Clock clock() {
    return times.clock();
  }

  /** Returns what the clock shows at a time: a number of days, months or rows. */
  public long clock(int time) {
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
    if (!later.columns.equals(columns)) {
      throw new IllegalArgumentException(
          "series: expected the columns " + columns + ", got " + later.columns);
    }
    var all = new ArrayList<>(labels);
    all.addAll(later.labels);
    var joined = Arrays.copyOf(values, values.length + later.values.length);
    System.arraycopy(later.values, 0, joined, values.length, later.values.length);
    return new Series(columns, List.copyOf(all), joined, times.read(all));
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
    rows[0] = new double[columns.size()];
    Arrays.setAll(rows[0], c -> lastKnown(from, c));
    return new Series(
        columns, List.copyOf(labels.subList(from, length())), rows, times.startingAt(from));
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
