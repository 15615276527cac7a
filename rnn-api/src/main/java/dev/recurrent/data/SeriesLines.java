package dev.recurrent.data;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a series as it arrives: lines of a CSV table, the earliest first, of which only the last
 * are kept. What it gives of a table is what {@link Series#read} gives of the same rows. (But days
 * that may be read in two ways, as 01/02/2017, are taken as the day first until a line tells.)
 *
 * <pre>{@code
 * var arriving = new SeriesLines(columns, 30, rows);
 * while (lines.next()) {
 *   arriving.read(lines.place(1), lines.text()).ifPresent(series -> forecast(series));
 * }
 * }</pre>
 */
public final class SeriesLines {
  private final Series.Columns wanted;
  private final int kept;
  private final Rows rows;
  private final TableLines table;
  private final Map<String, Series> series = new HashMap<>();
  private Series.@Nullable Columns columns;
  private long read;

  /**
   * Waits for the heading of a table that is written in the usual way.
   *
   * @param kept how many of the last rows are kept
   */
  public SeriesLines(Series.Columns wanted, int kept, Rows rows) {
    this(wanted, kept, Table.Dialect.USUAL, rows);
  }

  /**
   * Waits for the heading.
   *
   * @param kept how many of the last rows are kept, of each series
   */
  public SeriesLines(Series.Columns wanted, int kept, Table.Dialect dialect, Rows rows) {
    if (kept < 1) {
      throw new IllegalArgumentException("kept: expected at least 1 row, got " + kept);
    }
    this.wanted = wanted;
    this.kept = kept;
    this.rows = rows;
    table = new TableLines(dialect, rows);
  }

  /**
   * Reads a line.
   *
   * @param place where it begins
   * @return the last rows of the series, that of this line behind; none where the line is the
   *     heading, is empty, or is malformed and passed over
   * @throws DataException if the line is malformed and malformed ones are not to be skipped, or its
   *     time is before that of the row above
   */
  public Optional<Series> read(Place place, String line) throws IOException {
    var found = table.read(place, line);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    var row = found.get();
    var its = columns == null ? SeriesTable.choose(row.alone(), wanted) : columns;
    columns = its;
    read++;
    var name = its.group().map(row::text).orElse("");
    var one = series(name, row, its);
    var before = series.get(name);
    var longer = before == null ? one : before.join(one);
    if (before != null && before.clock() != Clock.ROWS && longer.clock() == Clock.ROWS) {
      rows.reject(SeriesTable.noTime(row, its, before.times().formats().getFirst()));
      return Optional.empty();
    }
    if (longer.firstOutOfOrder() > 0) {
      throw SeriesTable.outOfOrder(its, row, 1);
    }
    var last = longer.last(kept);
    series.put(name, last);
    return Optional.of(last);
  }

  private Series series(String name, Table.Row row, Series.Columns its) throws DataException {
    var labels = List.of(SeriesTable.label(its, row, read));
    var values = new double[][] {SeriesTable.numbers(its, row, rows)};
    return new Series(name, its, labels, values, times(labels, its));
  }

  private static Times times(List<String> labels, Series.Columns its) {
    var form = its.form();
    if (form.isPresent() && !form.get().pattern().isEmpty()) {
      var format = TimeFormat.of(form.get().pattern());
      return Times.of(labels, format, form.get().clock().orElse(Clock.ROWS));
    }
    return its.label().isEmpty() ? Times.ofRows(1) : Times.of(labels);
  }
}
