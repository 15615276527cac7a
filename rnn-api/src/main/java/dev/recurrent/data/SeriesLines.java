package dev.recurrent.data;

import java.io.IOException;
import java.util.List;
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
  private Series.@Nullable Columns columns;
  private @Nullable Series series;
  private long read;

  /**
   * Waits for the heading.
   *
   * @param kept how many of the last rows are kept
   */
  public SeriesLines(Series.Columns wanted, int kept, Rows rows) {
    if (kept < 1) {
      throw new IllegalArgumentException("kept: expected at least 1 row, got " + kept);
    }
    this.wanted = wanted;
    this.kept = kept;
    this.rows = rows;
    table = new TableLines(rows);
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
    var its = columns == null ? wanted.in(row) : columns;
    columns = its;
    read++;
    var one =
        Series.of(
            its.numbers(), List.of(its.label(row, read)), new double[][] {its.numbers(row, rows)});
    var longer = series == null ? one : series.join(one);
    if (longer.firstOutOfOrder() > 0) {
      throw its.outOfOrder(row);
    }
    series = longer.last(kept);
    return Optional.of(series);
  }
}
