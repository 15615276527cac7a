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

  private Series(List<String> columns, List<String> labels, double[][] values) {
    this.columns = columns;
    this.labels = labels;
    this.values = values;
    times = Clock.read(labels);
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
    return new Series(List.copyOf(columns), List.copyOf(labels), copies);
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
    var numbers = wanted.numbers.isEmpty() ? List.of(firstOfNumbers(file, table)) : wanted.numbers;
    var first = table.columns().getFirst();
    var label = !wanted.label.isEmpty() || numbers.contains(first) ? wanted.label : first;
    List<String> labels = new ArrayList<>();
    List<double[]> values = new ArrayList<>();
    for (var row : table.rows()) {
      labels.add(label.isEmpty() ? String.valueOf(labels.size() + 1) : row.text(label));
      values.add(numbers(row, numbers, rows));
    }
    var series =
        new Series(List.copyOf(numbers), List.copyOf(labels), values.toArray(double[][]::new));
    int early = series.firstOutOfOrder();
    if (early > 0) {
      throw table
          .rows()
          .get(early)
          .malformed(label, "a time that is not before that of the row above");
    }
    return series;
  }

  /** Returns the first time that is before the one above, or 0. */
  private int firstOutOfOrder() {
    for (int t = 1; t < length(); t++) {
      if (clock(t) < clock(t - 1)) {
        return t;
      }
    }
    return 0;
  }

  private static String firstOfNumbers(Path file, Table table) throws DataException {
    var row = table.rows().getFirst();
    for (var column : table.columns()) {
      try {
        row.number(column);
        return column;
      } catch (DataException e) {
        // Not a column of numbers: the next one may be.
      }
    }
    throw new DataException(Place.of(file), "a column that starts with a number", "none");
  }

  private static double[] numbers(Table.Row row, List<String> columns, Rows rows)
      throws DataException {
    var numbers = new double[columns.size()];
    for (int c = 0; c < numbers.length; c++) {
      try {
        numbers[c] = row.number(columns.get(c));
      } catch (DataException e) {
        rows.reject(e);
        numbers[c] = Double.NaN;
      }
    }
    return numbers;
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
    if (!later.columns.equals(columns)) {
      throw new IllegalArgumentException(
          "series: expected the columns " + columns + ", got " + later.columns);
    }
    var all = new ArrayList<>(labels);
    all.addAll(later.labels);
    var joined = Arrays.copyOf(values, values.length + later.values.length);
    System.arraycopy(later.values, 0, joined, values.length, later.values.length);
    var series = new Series(columns, List.copyOf(all), joined);
    if (series.firstOutOfOrder() > 0) {
      throw new IllegalArgumentException(
          "series: expected one that goes on after "
              + labels.getLast()
              + ", got one from "
              + later.labels.getFirst());
    }
    return series;
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
