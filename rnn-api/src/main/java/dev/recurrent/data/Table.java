package dev.recurrent.data;

import dev.recurrent.io.NearNames;
import dev.recurrent.io.Quoted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * Holds a table whose first line names its columns: a CSV file as RFC 4180 says (commas, quotes,
 * line ends inside quotes), or a TSV file (tabs, no quotes).
 *
 * <pre>{@code
 * var rows = Rows.failing();
 * var table = Table.read(path, rows);
 * List<Double> temperatures = rows.map(table.rows(), row -> row.number("Temp"));
 * }</pre>
 *
 * <p>Empty lines are not rows. A row with more or fewer fields than the heading is malformed, as is
 * one with a field that is not what is asked for.
 */
public final class Table {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?:[0-9]++\\.?[0-9]*+|\\.[0-9]++)(?:[eE][+-]?[0-9]++)?");

  private final Path file;
  private final List<String> columns;
  private final Map<String, Integer> indices = new HashMap<>();
  private final List<Row> rows;

  private Table(Path file, List<Cell> heading, List<List<Cell>> records) {
    this.file = file;
    columns = heading.stream().map(Cell::text).toList();
    columns.forEach(column -> indices.put(column, indices.size()));
    rows = records.stream().map(cells -> new Row(this, cells)).toList();
  }

  /** How fields are parted. */
  public enum Format {
    /** By commas; a field in quotes may hold commas, line ends, and quotes written twice. */
    CSV,
    /** By tabs; quotes have no meaning. */
    TSV
  }

  /**
   * Reads a table, CSV or TSV by its name: {@code .csv}, {@code .tsv} or {@code .tab}, each with or
   * without {@code .gz}.
   *
   * @throws DataException if the name ends otherwise, there is no heading, or a row is malformed
   *     and malformed rows are not to be skipped
   */
  public static Table read(Path file, Rows rows) throws IOException {
    String name = DataStream.plainName(file).toLowerCase(Locale.ROOT);
    if (name.endsWith(".csv")) {
      return read(file, Format.CSV, rows);
    }
    if (name.endsWith(".tsv") || name.endsWith(".tab")) {
      return read(file, Format.TSV, rows);
    }
    throw new DataException(Place.of(file), "a name that ends in .csv, .tsv or .tab", "another");
  }

  /**
   * Reads a table in a given format.
   *
   * @throws DataException if there is no heading, or a row is malformed and malformed rows are not
   *     to be skipped
   */
  public static Table read(Path file, Format format, Rows rows) throws IOException {
    var records = new Records(file, rows);
    switch (format) {
      case CSV -> CsvFile.read(file, records);
      case TSV -> readTabs(file, records);
    }
    return new Table(file, records.heading(), records.take());
  }

  /** Returns a table of which the heading has been read. */
  static Table of(Path file, Records records) throws DataException {
    return new Table(file, records.heading(), List.of());
  }

  /** Makes a row that comes later. */
  Row row(List<Cell> cells) {
    return new Row(this, cells);
  }

  /** Returns the names of the columns. */
  public List<String> columns() {
    return columns;
  }

  /** Returns the rows. */
  public List<Row> rows() {
    return rows;
  }

  private static void readTabs(Path file, Records records) throws IOException {
    try (var lines = new Lines(file)) {
      while (lines.next()) {
        try {
          String text = lines.text();
          if (!text.isEmpty()) {
            records.add(fields(text, lines.number()));
          }
        } catch (DataException e) {
          records.reject(e);
        }
      }
    }
  }

  private static List<Cell> fields(String line, int number) {
    List<Cell> cells = new ArrayList<>();
    int column = 1;
    for (String field : line.split("\t", -1)) {
      cells.add(new Cell(field, number, column));
      column += field.codePointCount(0, field.length()) + 1;
    }
    return cells;
  }

  private int index(String column) {
    Integer index = indices.get(column);
    if (index == null) {
      List<String> near = NearNames.of(column, columns);
      throw new IllegalArgumentException(
          Place.of(file)
              + ": expected one of the columns "
              + String.join(", ", columns.stream().map(Quoted::quote).toList())
              + ", got "
              + Quoted.quote(column)
              + (near.isEmpty() ? "" : " (did you mean " + Quoted.quote(near.getFirst()) + "?)"));
    }
    return index;
  }

  /**
   * A row of a table. A column that the table does not have is refused by an {@link
   * IllegalArgumentException} that lists those it has.
   */
  public static final class Row {
    private final Table table;
    private final List<Cell> cells;

    private Row(Table table, List<Cell> cells) {
      this.table = table;
      this.cells = List.copyOf(cells);
    }

    /** Returns the names of the columns. */
    List<String> columns() {
      return table.columns;
    }

    /** Returns the field in a column, as it is. */
    public String text(String column) {
      return cell(column).text();
    }

    /**
     * Returns the number in a column; spaces around it do not matter.
     *
     * @throws DataException if there is no finite decimal number
     */
    public double number(String column) throws DataException {
      String text = text(column).strip();
      double number = NUMBER.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
      if (!Double.isFinite(number)) {
        throw malformed(column, "a number");
      }
      return number;
    }

    /**
     * Returns the number in a column, or none if the field is empty.
     *
     * @throws DataException if there is something else
     */
    public OptionalDouble optionalNumber(String column) throws DataException {
      return text(column).isBlank() ? OptionalDouble.empty() : OptionalDouble.of(number(column));
    }

    /**
     * Returns the whole number in a column; spaces around it do not matter.
     *
     * @throws DataException if there is none, or one beyond 32 bits
     */
    public int integer(String column) throws DataException {
      try {
        return Integer.parseInt(text(column).strip());
      } catch (NumberFormatException e) {
        throw malformed(column, "a whole number");
      }
    }

    /** Returns where the field in a column starts. */
    public Place place(String column) {
      Cell cell = cell(column);
      return new Place(table.file, cell.line(), cell.column());
    }

    /**
     * Returns the error that says what the field in a column should be, for a caller that wants
     * more than a number or a text.
     */
    public DataException malformed(String column, String expected) {
      return new DataException(
          place(column),
          expected + " in column " + Quoted.quote(column),
          text(column).isBlank() ? "nothing" : Quoted.quote(text(column)));
    }

    private Cell cell(String column) {
      return cells.get(table.index(column));
    }
  }
}
