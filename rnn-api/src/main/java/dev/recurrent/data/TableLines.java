package dev.recurrent.data;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a CSV table line by line, as it arrives: a row is a line, and none is kept. */
final class TableLines {
  private final Rows rows;
  private @Nullable Records records;
  private @Nullable Table table;

  TableLines(Rows rows) {
    this.rows = rows;
  }

  /**
   * Returns the row of a line; none for the heading, an empty line, or a row that is malformed and
   * passed over.
   */
  Optional<Table.Row> read(Place place, String line) throws IOException {
    var its = records == null ? new Records(place.file(), rows) : records;
    records = its;
    CsvFile.readLine(place, line, its);
    if (table == null && its.haveHeading()) {
      table = Table.of(place.file(), its);
    }
    var heading = table;
    return heading == null ? Optional.empty() : its.take().stream().findFirst().map(heading::row);
  }
}
