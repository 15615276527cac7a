package dev.recurrent.data;

import dev.recurrent.io.Quoted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Collects the records of a table. Its first record, the heading, cannot be skipped: without it the
 * others mean nothing.
 */
final class Records {
  private final Path file;
  private final Rows rows;
  private final List<List<Cell>> rest = new ArrayList<>();
  private List<Cell> heading = List.of();

  Records(Path file, Rows rows) {
    this.file = file;
    this.rows = rows;
  }

  Place place(Cell cell) {
    return new Place(file, cell.line(), cell.column());
  }

  void add(List<Cell> cells) throws DataException {
    if (heading.isEmpty()) {
      heading = checkedHeading(cells);
    } else if (cells.size() == heading.size()) {
      rest.add(cells);
    } else {
      Cell wrong = cells.get(Math.min(cells.size() - 1, heading.size()));
      rows.reject(
          new DataException(
              place(wrong), heading.size() + " fields", String.valueOf(cells.size())));
    }
  }

  void reject(DataException malformed) throws DataException {
    if (heading.isEmpty()) {
      throw malformed;
    }
    rows.reject(malformed);
  }

  /** Returns the heading. */
  List<Cell> heading() throws DataException {
    if (heading.isEmpty()) {
      throw new DataException(
          Place.of(file), "a heading with the names of columns", "an empty file");
    }
    return heading;
  }

  /** Tells whether the heading has been read. */
  boolean haveHeading() {
    return !heading.isEmpty();
  }

  /** Returns the other records since the last call, each as long as the heading. */
  List<List<Cell>> take() {
    var taken = List.copyOf(rest);
    rest.clear();
    return taken;
  }

  private List<Cell> checkedHeading(List<Cell> cells) throws DataException {
    Set<String> names = new HashSet<>();
    for (Cell cell : cells) {
      if (cell.text().isEmpty()) {
        throw new DataException(place(cell), "the name of a column", "none");
      }
      if (!names.add(cell.text())) {
        throw new DataException(
            place(cell), "columns of different names", Quoted.quote(cell.text()) + " twice");
      }
    }
    return cells;
  }
}
