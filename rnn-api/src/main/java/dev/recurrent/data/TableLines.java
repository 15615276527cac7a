package dev.recurrent.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a CSV table line by line, as it arrives: a row is a line, and none is kept. Only the
 * heading may go over several lines.
 */
final class TableLines {
  private static final int LONGEST_HEADING = 100;

  private final Table.Dialect dialect;
  private final Rows rows;
  private final List<String> begun = new ArrayList<>();
  private @Nullable Records records;
  private @Nullable Table table;

  TableLines(Table.Dialect dialect, Rows rows) {
    this.dialect = dialect;
    this.rows = rows;
  }

  /**
   * Returns the row of a line; none for the heading, an empty line, or a row that is malformed and
   * passed over.
   */
  Optional<Table.Row> read(Place place, String line) throws IOException {
    var its = records == null ? new Records(place.file(), dialect, rows) : records;
    records = its;
    begun.add(line);
    var record = String.join("\n", begun);
    boolean isOpen = record.chars().filter(c -> c == '"').count() % 2 == 1;
    if (isOpen && !its.haveHeading() && begun.size() < LONGEST_HEADING) {
      return Optional.empty();
    }
    var begin = new Place(place.file(), place.line() - begun.size() + 1, 1);
    begun.clear();
    CsvFile.readLine(begin, record, its);
    if (table == null && its.haveHeading()) {
      table = Table.of(place.file(), dialect, its);
    }
    var heading = table;
    return heading == null ? Optional.empty() : its.take().stream().findFirst().map(heading::row);
  }
}
