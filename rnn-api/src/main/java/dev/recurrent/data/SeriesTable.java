package dev.recurrent.data;

import dev.recurrent.data.Series.Columns;
import dev.recurrent.io.Quoted;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the series of a table: finds its columns, reads its times, and says what it understood. */
final class SeriesTable {
  /** How many rows say what a column holds. */
  private static final int SAMPLE = 100;

  /** The share of steps that are longer than usual up to which they are gaps. */
  private static final double GAPS = 0.1;

  /** How many rows of numbers that fall tell that a file runs backwards. */
  private static final int FALLING = 10;

  private final Table table;
  private final Rows rows;
  private final Columns columns;
  private final Optional<TimeFormat> format;

  SeriesTable(Table table, Columns wanted, Rows rows) throws DataException {
    this.table = table;
    this.rows = rows;
    if (table.rows().isEmpty()) {
      throw new DataException(Place.of(table.file()), "at least one row below the heading", "none");
    }
    columns = choose(table, wanted);
    format = format();
  }

  /**
   * Fills in what is left open of the columns of a table.
   *
   * @param table with at least one row
   */
  static Columns choose(Table table, Columns wanted) throws DataException {
    var label = wanted.label().isEmpty() ? dates(table, wanted) : Optional.of(wanted.label());
    label = label.isEmpty() ? index(table, wanted) : label;
    var numbers = wanted.numbers();
    if (numbers.isEmpty()) {
      numbers = List.of(firstOfNumbers(table, wanted, label));
    }
    var head = table.columns().getFirst();
    boolean isFree = !numbers.contains(head) && !wanted.group().equals(Optional.of(head));
    return new Columns(numbers, label.orElse(isFree ? head : ""), wanted.group(), wanted.form());
  }

  /** Finds the first column of dates that is not read for its numbers. */
  private static Optional<String> dates(Table table, Columns wanted) {
    var columns =
        table.columns().stream()
            .filter(table::hasOne)
            .filter(column -> !wanted.numbers().contains(column))
            .filter(column -> !wanted.group().equals(Optional.of(column)))
            .toList();
    for (var column : columns) {
      var labels = table.rows().stream().limit(SAMPLE).map(row -> row.text(column)).toList();
      var found = Times.detect(labels);
      boolean numeric = found.isPresent() && table.rows().getFirst().hasNumber(column);
      if (found.isPresent() && (!numeric || wanted.numbers().size() + 1 < columns.size())) {
        return Optional.of(column);
      }
    }
    return Optional.empty();
  }

  /** Finds a first column that only counts the rows, up or down, beside one of other numbers. */
  private static Optional<String> index(Table table, Columns wanted) {
    var head = table.columns().getFirst();
    var sample = table.rows().stream().limit(SAMPLE).toList();
    var steps = Times.steps(sample.stream().mapToDouble(row -> row.numberOrNaN(head)).toArray());
    boolean counts =
        steps.length > 1
            && steps[0] != 0
            && Arrays.stream(steps).allMatch(step -> step == steps[0])
            && !wanted.numbers().contains(head);
    boolean isAlone =
        table.columns().stream()
            .noneMatch(
                column ->
                    table.hasOne(column)
                        && !column.equals(head)
                        && sample.getFirst().hasNumber(column));
    return counts && !isAlone ? Optional.of(head) : Optional.empty();
  }

  private static String firstOfNumbers(Table table, Columns wanted, Optional<String> label)
      throws DataException {
    var sample = table.rows().stream().limit(SAMPLE).toList();
    boolean withComma = false;
    for (int i = 0; i < table.columns().size(); i++) {
      var column = table.columns().get(i);
      boolean isFree =
          table.hasOne(column)
              && !label.equals(Optional.of(column))
              && !wanted.group().equals(Optional.of(column));
      if (isFree && 2 * sample.stream().filter(r -> r.hasNumber(column)).count() >= sample.size()) {
        requireHeading(table, column);
        if (!column.equals("column " + (i + 1))) {
          return column;
        }
      }
      withComma |= isFree && sample.getFirst().hasNumberWithComma(column);
    }
    var none =
        new DataException(Place.of(table.file()), "a column that starts with a number", "none");
    throw withComma ? none.suggest(DataException.Remedy.DECIMAL) : none;
  }

  /** Refuses a first row of numbers where the names of columns should be. */
  private static void requireHeading(Table table, String column) throws DataException {
    if (Table.isNumber(column)) {
      throw new DataException(
          new Place(table.file(), 1, 1),
          "a heading with the names of columns",
          "numbers: " + Quoted.quote(String.join(", ", table.columns())));
    }
  }

  private Optional<TimeFormat> format() {
    if (columns.label().isEmpty()) {
      return Optional.empty();
    }
    var given = columns.form().map(Series.TimeForm::pattern).filter(p -> !p.isEmpty());
    if (given.isPresent()) {
      return given.map(TimeFormat::of);
    }
    return Times.detect(table.rows().stream().map(row -> row.text(columns.label())).toList());
  }

  /** Returns the series in the order in which they begin. */
  List<Series> series() throws IOException {
    var groups = new LinkedHashMap<String, List<Table.Row>>();
    for (var row : table.rows()) {
      if (format.isEmpty() || hasTime(row)) {
        var group = columns.group().map(row::text).orElse("");
        groups.computeIfAbsent(group, name -> new ArrayList<>()).add(row);
      }
    }
    if (groups.isEmpty()) {
      throw new DataException(Place.of(table.file()), "at least one row with a time", "none");
    }
    var found = new ArrayList<Series>();
    for (var group : groups.entrySet()) {
      found.add(series(group));
    }
    note(found);
    return List.copyOf(found);
  }

  private boolean hasTime(Table.Row row) throws DataException {
    if (format.orElseThrow().read(row.text(columns.label())).isPresent()) {
      return true;
    }
    rows.reject(noTime(row, columns, format.get()));
    return false;
  }

  /** Returns the error that says that a row has no time in the format of the others. */
  static DataException noTime(Table.Row row, Columns columns, TimeFormat format) {
    var pattern = Quoted.oneLine(format.name()); // which a damaged model may name
    return row.malformed(columns.label(), "a time as in other rows (" + pattern + ")")
        .suggest(DataException.Remedy.DATE_FORMAT);
  }

  private Series series(Map.Entry<String, List<Table.Row>> group) throws IOException {
    var labels = new ArrayList<String>();
    var values = new ArrayList<double[]>();
    for (var row : group.getValue()) {
      labels.add(label(columns, row, labels.size() + 1));
      values.add(numbers(columns, row, rows));
    }
    var clock = columns.form().flatMap(Series.TimeForm::clock);
    var times =
        format.isPresent()
            ? Times.of(labels, format.get(), clock.orElse(Clock.ROWS))
            : Times.ofRows(labels.size());
    requireOrder(times, group.getValue());
    return new Series(
        group.getKey(), columns, List.copyOf(labels), values.toArray(double[][]::new), times);
  }

  /** Returns the name of the time of a row, which is the given number where no column has it. */
  static String label(Columns columns, Table.Row row, long number) {
    return columns.label().isEmpty() ? String.valueOf(number) : row.text(columns.label());
  }

  /** Returns the numbers of a row, NaN where one is malformed and that is to be passed over. */
  static double[] numbers(Columns columns, Table.Row row, Rows rows) throws DataException {
    var found = new double[columns.numbers().size()];
    Optional<DataException> malformed = Optional.empty();
    for (int c = 0; c < found.length; c++) {
      try {
        found[c] = row.number(columns.numbers().get(c));
      } catch (DataException e) {
        malformed = malformed.isPresent() ? malformed : Optional.of(e);
        found[c] = Double.NaN;
      }
    }
    if (malformed.isPresent()) {
      rows.reject(malformed.get());
    }
    return found;
  }

  private void requireOrder(Times times, List<Table.Row> its) throws DataException {
    int early = times.firstOutOfOrder();
    if (early > 0) {
      long back = Arrays.stream(Times.steps(times.numbers())).filter(step -> step < 0).count();
      throw outOfOrder(columns, its.get(early), back);
    }
    if (times.clock() == Clock.ROWS && isFalling(its)) {
      throw outOfOrder(columns, its.get(1), its.size() - 1L);
    }
  }

  /** Tells whether labels that are no dates are numbers that fall: those of rows in reverse. */
  private boolean isFalling(List<Table.Row> its) {
    if (columns.label().isEmpty() || its.size() < FALLING) {
      return false;
    }
    double before = Double.POSITIVE_INFINITY;
    for (var row : its) {
      double now = row.numberOrNaN(columns.label());
      if (!(now < before)) {
        return false;
      }
      before = now;
    }
    return true;
  }

  /**
   * Returns the error that says that the time of a row is before that of the row above.
   *
   * @param count of how many rows that is so
   */
  static DataException outOfOrder(Columns columns, Table.Row row, long count) {
    var error =
        count > 1
            ? row.malformed(
                columns.label(),
                "times that go forward, the earliest first, not back as in "
                    + count
                    + " rows, the first of them")
            : row.malformed(columns.label(), "a time that is not before that of the row above");
    return mayBeGrouped(columns, row) ? error.suggest(DataException.Remedy.GROUPS) : error;
  }

  /** Tells whether there is a column, not looked at so far, that could tell series apart. */
  private static boolean mayBeGrouped(Columns columns, Table.Row row) {
    return columns.group().isEmpty()
        && row.columns().stream()
            .filter(column -> !column.equals(columns.label()))
            .filter(column -> !columns.numbers().contains(column))
            .anyMatch(column -> row.isUnambiguous(column) && !row.hasNumber(column));
  }

  private void note(List<Series> found) {
    if (columns.group().isPresent()) {
      rows.note(
          "%s: %,d series by %s, the first %s"
              .formatted(
                  table.file(),
                  found.size(),
                  Quoted.quote(columns.group().get()),
                  Quoted.quote(found.getFirst().name())));
    }
    var series = found.getFirst();
    rows.note(
        "%s: %s, %s to %s, %s"
            .formatted(
                table.file(),
                String.join(", ", columns.numbers().stream().map(Quoted::quote).toList()),
                Quoted.quote(series.label(0)),
                Quoted.quote(series.label(series.length() - 1)),
                clock(series)));
    int gaps = 0;
    int repeats = 0;
    Optional<String> firstGap = Optional.empty();
    Optional<String> firstRepeat = Optional.empty();
    for (var one : found) {
      var steps = Times.steps(one.times().numbers());
      double usual = one.step();
      long longer = Arrays.stream(steps).filter(step -> step > 1.5 * usual).count();
      boolean areGaps = longer <= Math.max(1, GAPS * steps.length);
      for (int t = 0; t < steps.length; t++) {
        var pair = Quoted.quote(one.label(t)) + " and " + Quoted.quote(one.label(t + 1));
        if (steps[t] > 1.5 * usual && areGaps) {
          gaps++;
          firstGap = firstGap.isPresent() ? firstGap : Optional.of(pair);
        } else if (steps[t] <= 0) {
          repeats++;
          firstRepeat = firstRepeat.isPresent() ? firstRepeat : Optional.of(pair);
        }
      }
    }
    if (firstGap.isPresent()) {
      rows.note(
          "%s: warning: %,d %s without rows, the first between %s; forecasts step over it"
              .formatted(table.file(), gaps, gaps == 1 ? "gap" : "gaps", firstGap.get()));
    }
    if (firstRepeat.isPresent()) {
      rows.note(
          "%s: warning: %,d %s no later than the one before, the first of %s"
              .formatted(
                  table.file(),
                  repeats,
                  repeats == 1 ? "time is" : "times are",
                  firstRepeat.get()));
    }
  }

  private String clock(Series series) {
    if (format.isEmpty()) {
      return "rows in their order, since %s is no date"
          .formatted(
              columns.label().isEmpty() ? "the number of a row" : Quoted.quote(series.label(0)));
    }
    var steps = Times.steps(series.times().numbers());
    double usual = series.step();
    long others =
        Arrays.stream(steps).filter(step -> step > 1.5 * usual || step < 0.5 * usual).count();
    return "%s%s apart, read as %s"
        .formatted(
            others > GAPS * steps.length ? "irregular, mostly " : "",
            series.clock().duration(usual),
            format.get().name());
  }
}
