package dev.recurrent.data;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.recurrent.io.Quoted;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the records of a CSV file and where each field starts. After a record whose quotes are
 * wrong it goes on at the line behind that of the wrong field.
 */
final class CsvFile {
  private final Path file;
  private final Records records;
  private String text = "";

  private CsvFile(Path file, Records records) {
    this.file = file;
    this.records = records;
  }

  static void read(Path file, Rows rows, Records records) throws IOException {
    var csv = new CsvFile(file, records);
    csv.text = csv.decode(rows);
    csv.readRecords(1);
  }

  /** Reads a line that is a record, or the heading, as a whole. */
  static void readLine(Place place, String line, Records records) throws IOException {
    var csv = new CsvFile(place.file(), records);
    csv.text = line;
    csv.readRecords(place.line());
  }

  /**
   * Decodes the file; a line that is not UTF-8 becomes an empty one, so that all keep their number.
   */
  private String decode(Rows rows) throws IOException {
    var decoded = new StringBuilder();
    try (var lines = new Lines(file)) {
      while (lines.next()) {
        try {
          decoded.append(lines.text());
        } catch (DataException e) {
          if (lines.number() == 1) {
            throw e; // the heading
          }
          rows.reject(e);
        }
        decoded.append(lines.ending());
      }
    }
    return decoded.toString();
  }

  private void readRecords(int firstLine) throws IOException {
    int offset = 0;
    int line = firstLine;
    while (offset < text.length()) {
      var handler = new Positions(offset, line);
      try (CsvReader<List<Cell>> reader = open(handler, offset)) {
        for (List<Cell> cells : reader) {
          records.add(cells);
        }
        return;
      } catch (CsvParseException e) {
        var malformed = handler.malformed();
        malformed.initCause(e);
        records.reject(malformed);
        int end = text.indexOf('\n', handler.position);
        offset = end < 0 ? text.length() : end + 1;
        line = handler.line + 1;
      }
    }
  }

  private CsvReader<List<Cell>> open(Positions handler, int offset) throws IOException {
    Reader characters = new StringReader(text);
    characters.skip(offset);
    return CsvReader.builder()
        .allowUnclosedQuote(false)
        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
        .build(handler, characters);
  }

  /** Follows the parser through the text, since it tells only the line where a record starts. */
  private final class Positions extends AbstractBaseCsvCallbackHandler<List<Cell>> {
    private int position;
    private int line;
    private int lineStart;
    private boolean loneReturn;
    private List<Cell> cells = new ArrayList<>();

    Positions(int offset, int line) {
      this.line = line;
      position = offset;
      lineStart = offset;
    }

    /** Describes what the parser has refused. */
    DataException malformed() {
      var place = new Place(file, line, column());
      if (loneReturn) {
        return new DataException(place, "a line feed after a carriage return", "none");
      }
      int end = text.indexOf('\n', position);
      return new DataException(
          place,
          "a quoted field that ends at a comma or at the end of a line",
          Quoted.quote(text.substring(position, end < 0 ? text.length() : end)));
    }

    @Override
    protected void handleBegin(long ignored) {
      cells = new ArrayList<>();
    }

    @Override
    protected void handleField(int index, char[] buffer, int offset, int length, boolean quoted) {
      var value = new String(buffer, offset, length);
      cells.add(new Cell(value, line, column()));
      int end = position + length;
      if (quoted) {
        int quotes = 2 + (int) value.chars().filter(c -> c == '"').count();
        end += quotes;
        for (int i = position; i < end; i++) {
          if (text.charAt(i) == '\n') {
            line++;
            lineStart = i + 1;
          }
        }
      }
      position = end;
      if (position < text.length() && text.charAt(position) == ',') {
        position++;
      }
    }

    @Override
    protected List<Cell> buildRecord() {
      if (position < text.length() && text.charAt(position) == '\r') {
        loneReturn = position + 1 == text.length() || text.charAt(position + 1) != '\n';
        if (loneReturn) {
          throw new CsvParseException("lone carriage return");
        }
        position++;
      }
      position++;
      line++;
      lineStart = position;
      return cells;
    }

    private int column() {
      return text.codePointCount(lineStart, position) + 1;
    }
  }
}
