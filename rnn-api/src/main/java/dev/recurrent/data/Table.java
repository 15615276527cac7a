package dev.recurrent.data;

import dev.recurrent.io.NearNames;
import dev.recurrent.io.Quoted;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

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
 * one with a field that is not what is asked for; only an empty last field may be missing in rows,
 * or in the heading. A column without a name, as pandas and R write one for their index, is {@code
 * column 1} by its number; names that occur twice matter only to those who ask for them.
 */
public final class Table {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?:[0-9]++\\.?[0-9]*+|\\.[0-9]++)(?:[eE][+-]?[0-9]++)?");

  private final Path file;
  private final Dialect dialect;
  private final List<String> columns;
  private final Map<String, Integer> indices = new HashMap<>();
  private final Set<String> repeated = new HashSet<>();
  private final List<Row> rows;

  private Table(Path file, Dialect dialect, List<Cell> heading, List<List<Cell>> records) {
    this.file = file;
    this.dialect = dialect;
    columns = IntStream.range(0, heading.size()).mapToObj(i -> name(heading, i)).toList();
    for (int i = 0; i < columns.size(); i++) {
      if (indices.putIfAbsent(columns.get(i), i) != null) {
        repeated.add(columns.get(i));
      }
    }
    rows = records.stream().map(cells -> new Row(this, cells)).toList();
  }

  private Table(Table of, Row row) {
    file = of.file;
    dialect = of.dialect;
    columns = of.columns;
    indices.putAll(of.indices);
    repeated.addAll(of.repeated);
    rows = List.of(row);
  }

  /** How fields are parted. */
  public enum Format {
    /** By commas; a field in quotes may hold commas, line ends, and quotes written twice. */
    CSV,
    /** By tabs; quotes have no meaning. */
    TSV
  }

  /** The format that a file has by its name, if it is that of a table. */
  static Optional<Format> formatOf(Path file) {
    String name = DataStream.plainName(file).toLowerCase(Locale.ROOT);
    if (name.endsWith(".csv")) {
      return Optional.of(Format.CSV);
    }
    return name.endsWith(".tsv") || name.endsWith(".tab")
        ? Optional.of(Format.TSV)
        : Optional.empty();
  }

  /**
   * A way to write tables.
   *
   * @param separator what parts the fields of a row, which may be quoted; none for that of the
   *     file's name: a comma, or a tab without quotes
   * @param decimal the mark before the decimals of numbers, a point or a comma
   */
  public record Dialect(Optional<Character> separator, char decimal) {
    /** The usual one: the separator of the file's name, and decimal points. */
    public static final Dialect USUAL = new Dialect(Optional.empty(), '.');

    /** Refuses a mark or a separator of another kind, or the same for both. */
    public Dialect {
      if (decimal != '.' && decimal != ',') {
        throw new IllegalArgumentException(
            "decimal mark: expected a point or a comma, got " + Quoted.quote("" + decimal));
      }
      if (separator.isPresent()
          && (separator.get() == decimal || "\r\n\"".indexOf(separator.get()) >= 0)) {
        throw new IllegalArgumentException(
            "separator: expected another character than the decimal mark, a quote or a line end,"
                + " got "
                + Quoted.quote("" + separator.get()));
      }
    }

    boolean namesSeparator() {
      return separator.isPresent();
    }

    char separatorOf(Path file) {
      return separator.orElse(formatOf(file).orElse(Format.CSV) == Format.TSV ? '\t' : ',');
    }
  }

  /**
   * Reads a table, CSV or TSV by its name: {@code .csv}, {@code .tsv} or {@code .tab}, each with or
   * without {@code .gz}.
   *
   * @throws DataException if the name ends otherwise, there is no heading, or a row is malformed
   *     and malformed rows are not to be skipped
   */
  public static Table read(Path file, Rows rows) throws IOException {
    return read(file, Dialect.USUAL, rows);
  }

  /**
   * Reads a table that is written in a given way.
   *
   * @throws DataException if neither the dialect nor the name says what parts the fields, there is
   *     no heading, or a row is malformed and malformed rows are not to be skipped
   */
  public static Table read(Path file, Dialect dialect, Rows rows) throws IOException {
    if (dialect.namesSeparator()) {
      return read(file, Format.CSV, dialect, rows);
    }
    var format = formatOf(file);
    if (format.isEmpty()) {
      throw new DataException(Place.of(file), "a name that ends in .csv, .tsv or .tab", "another")
          .suggest(DataException.Remedy.SEPARATOR);
    }
    return read(file, format.get(), dialect, rows);
  }

  /**
   * Reads a table in a given format.
   *
   * @throws DataException if there is no heading, or a row is malformed and malformed rows are not
   *     to be skipped
   */
  public static Table read(Path file, Format format, Rows rows) throws IOException {
    return read(file, format, Dialect.USUAL, rows);
  }

  private static Table read(Path file, Format format, Dialect dialect, Rows rows)
      throws IOException {
    var records = new Records(file, dialect, rows);
    switch (format) {
      case CSV -> CsvFile.read(file, rows.charset(), records);
      case TSV -> readTabs(file, rows.charset(), records);
    }
    return new Table(file, dialect, records.heading(), records.take());
  }

  /** Returns a table of which the heading has been read. */
  static Table of(Path file, Dialect dialect, Records records) throws DataException {
    return new Table(file, dialect, records.heading(), List.of());
  }

  /** Tells whether a text is a number. */
  static boolean isNumber(String text) {
    return NUMBER.matcher(text.strip()).matches();
  }

  /** Makes a row that comes later. */
  Row row(List<Cell> cells) {
    return new Row(this, cells);
  }

  /** Names a column that has no name, as that of the index which pandas and R write. */
  private static String name(List<Cell> heading, int index) {
    var name = heading.get(index).text();
    return name.isEmpty() ? "column " + (index + 1) : name;
  }

  /** Returns the names of the columns; {@code column 1} of one that has none. */
  public List<String> columns() {
    return columns;
  }

  /** Tells whether there is one column of this name, not several. */
  boolean hasOne(String column) {
    return indices.containsKey(column) && !repeated.contains(column);
  }

  /** Returns the file. */
  Path file() {
    return file;
  }

  /** Returns the rows. */
  public List<Row> rows() {
    return rows;
  }

  private static void readTabs(Path file, Charset charset, Records records) throws IOException {
    try (var lines = new Lines(file, charset)) {
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
    if (repeated.contains(column)) {
      throw new IllegalArgumentException(
          Place.of(file)
              + ": expected one column "
              + Quoted.quote(column)
              + ", got "
              + columns.stream().filter(column::equals).count());
    }
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
   * A row of a table. A column that the table does not have, or has twice, is refused by an {@link
   * IllegalArgumentException} that says what it has.
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

    /** Tells whether there is one column of this name, not several. */
    boolean isUnambiguous(String column) {
      return table.hasOne(column);
    }

    /** Returns a table of the same columns that has this row alone. */
    Table alone() {
      return new Table(table, this);
    }

    /** Returns the field in a column, as it is. */
    public String text(String column) {
      return cell(column).text();
    }

    /**
     * Returns the number in a column, with the decimal mark of the table; spaces around it do not
     * matter. Marks of thousands are none of a number.
     *
     * @throws DataException if there is no finite decimal number
     */
    public double number(String column) throws DataException {
      double number = numberOrNaN(column);
      if (!Double.isNaN(number)) {
        return number;
      }
      var malformed = malformed(column, "a number");
      boolean otherMark = Double.isFinite(number(text(column), ','));
      throw otherMark ? malformed.suggest(DataException.Remedy.DECIMAL) : malformed;
    }

    /** Returns the number in a column, or NaN where there is none. */
    double numberOrNaN(String column) {
      double number = number(text(column), table.dialect.decimal);
      return Double.isFinite(number) ? number : Double.NaN;
    }

    /** Tells whether there is a number in a column. */
    boolean hasNumber(String column) {
      return !Double.isNaN(numberOrNaN(column));
    }

    /** Tells whether there would be a number in a column if its decimal mark were a comma. */
    boolean hasNumberWithComma(String column) {
      return Double.isFinite(number(text(column), ','));
    }

    private static double number(String text, char decimal) {
      String plain = text.strip();
      if (decimal != '.') {
        plain = plain.indexOf('.') >= 0 ? "" : plain.replace(decimal, '.');
      }
      return NUMBER.matcher(plain).matches() ? Double.parseDouble(plain) : Double.NaN;
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
