package dev.recurrent.data;

import dev.recurrent.io.Quoted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects the records of a table. Its first record, the heading, cannot be skipped: without it the
 * others mean nothing.
 */
final class Records {
  private static final String SEPARATORS = ",;\t|";

  private final Path file;
  private final Table.Dialect dialect;
  private final Rows rows;
  private final List<List<Cell>> rest = new ArrayList<>();
  private List<Cell> heading = List.of();

  Records(Path file, Table.Dialect dialect, Rows rows) {
    this.file = file;
    this.dialect = dialect;
    this.rows = rows;
  }

  Place place(Cell cell) {
    return new Place(file, cell.line(), cell.column());
  }

  /** Returns what parts the fields. */
  char separator() {
    return dialect.separatorOf(file);
  }

  /** Takes a record, of which a last field that is empty and has no heading does not matter. */
  void add(List<Cell> cells) throws DataException {
    if (heading.isEmpty()) {
      heading = checkedHeading(cells);
      return;
    }
    rows.count(1);
    int missing = heading.size() - cells.size();
    if (missing == 0) {
      rest.add(cells);
    } else if (missing == -1 && cells.getLast().text().isEmpty()) {
      rest.add(cells.subList(0, heading.size()));
    } else if (missing == 1 && heading.getLast().text().isEmpty()) {
      var filled = new ArrayList<>(cells);
      filled.add(new Cell("", cells.getLast().line(), cells.getLast().column()));
      rest.add(filled);
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
    rows.count(1);
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
    var first = cells.getFirst();
    boolean other = first.text().chars().anyMatch(c -> SEPARATORS.indexOf(c) >= 0);
    if (cells.size() == 1 && other && !dialect.namesSeparator()) {
      throw new DataException(
              place(first),
              "the names of columns parted by "
                  + (separator() == ',' ? "commas" : Quoted.quote("" + separator())),
              Quoted.quote(first.text()))
          .suggest(DataException.Remedy.SEPARATOR);
    }
    return cells;
  }
}
