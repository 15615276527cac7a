package dev.recurrent.data;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.recurrent.io.Quoted;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of a CSV file and where each field starts. After a record whose quotes are
 * wrong it goes on at the line behind that of the wrong field.
 */
final class CsvFile {
  /** A field may be as long as a text can be: the text is in memory anyway. */
  private static final int MAX_BUFFER = 1 << 30;

  private final Records records;
  private final char separator;
  private final String text;
  private final TextCursor cursor;
  private final NavigableMap<Integer, DataException> notDecoded; // by line

  private CsvFile(
      Place begin, String text, Records records, NavigableMap<Integer, DataException> notDecoded) {
    this.records = records;
    separator = records.separator();
    this.text = text;
    this.notDecoded = notDecoded;
    cursor = new TextCursor(begin, text);
  }

  static void read(Path file, Charset charset, Records records) throws IOException {
    var text = new StringBuilder();
    var notDecoded = new TreeMap<Integer, DataException>();
    try (var lines = new Lines(file, charset)) {
      while (lines.next()) {
        try {
          text.append(lines.text());
        } catch (DataException e) {
          notDecoded.put(lines.number(), e);
          text.append(lines.lenientText());
        }
        text.append(lines.ending());
      }
    }
    new CsvFile(new Place(file, 1, 1), text.toString(), records, notDecoded).readRecords();
  }

  /** Reads a line that is a record, or the heading, as a whole. */
  static void readLine(Place place, String line, Records records) throws IOException {
    new CsvFile(place, line, records, Collections.emptyNavigableMap()).readRecords();
  }

  private void readRecords() throws IOException {
    while (cursor.offset() < text.length()) {
      var handler = new Positions();
      try (CsvReader<List<Cell>> reader = open(handler)) {
        for (List<Cell> cells : reader) {
          var refused = notDecoded(handler.firstLine, handler.lastLine);
          if (refused == null) {
            records.add(cells);
          } else {
            records.reject(refused);
          }
        }
        return;
      } catch (CsvParseException e) {
        var refused = notDecoded(handler.firstLine, cursor.place().line());
        records.reject(refused == null ? handler.malformed(e) : refused);
        int end = text.indexOf('\n', cursor.offset());
        cursor.moveTo(end < 0 ? text.length() : end + 1);
      }
    }
  }

  /** Returns what is wrong with the first of some lines that is malformed in its encoding. */
  private @Nullable DataException notDecoded(int first, int last) {
    var entry = notDecoded.ceilingEntry(first);
    return entry == null || entry.getKey() > last ? null : entry.getValue();
  }

  private CsvReader<List<Cell>> open(Positions handler) throws IOException {
    Reader characters = new StringReader(text);
    characters.skip(cursor.offset());
    return CsvReader.builder()
        .fieldSeparator(separator)
        .allowUnclosedQuote(false)
        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
        .maxBufferSize(MAX_BUFFER)
        .build(handler, characters);
  }

  /** Follows the parser through the text, since it tells only the line where a record starts. */
  private final class Positions extends AbstractBaseCsvCallbackHandler<List<Cell>> {
    private boolean loneReturn;
    private int firstLine = cursor.place().line();
    private int lastLine;
    private List<Cell> cells = new ArrayList<>();

    /** Describes what the parser has refused. */
    DataException malformed(CsvParseException cause) {
      int end = text.indexOf('\n', cursor.offset());
      var malformed =
          loneReturn
              ? new DataException(cursor.place(), "a line feed after a carriage return", "none")
              : new DataException(
                  cursor.place(),
                  "a quoted field that ends at "
                      + (separator == ',' ? "a comma" : Quoted.quote(String.valueOf(separator)))
                      + " or at the end of a line",
                  Quoted.quote(text.substring(cursor.offset(), end < 0 ? text.length() : end)));
      malformed.initCause(cause);
      return malformed;
    }

    @Override
    protected void handleBegin(long ignored) {
      cells = new ArrayList<>();
      firstLine = cursor.place().line();
    }

    @Override
    protected void handleField(int index, char[] buffer, int offset, int length, boolean quoted) {
      var value = new String(buffer, offset, length);
      cells.add(new Cell(value, cursor.place().line(), cursor.place().column()));
      int quotes = quoted ? 2 + (int) value.chars().filter(c -> c == '"').count() : 0;
      int end = cursor.offset() + length + quotes;
      cursor.moveTo(isAt(end, separator) ? end + 1 : end);
    }

    @Override
    protected List<Cell> buildRecord() {
      int end = cursor.offset();
      if (isAt(end, '\r')) {
        end++;
        loneReturn = !isAt(end, '\n');
        if (loneReturn) {
          throw new CsvParseException("lone carriage return");
        }
      }
      lastLine = cursor.place().line();
      cursor.moveTo(end + 1L);
      return cells;
    }

    private boolean isAt(int offset, char c) {
      return offset < text.length() && text.charAt(offset) == c;
    }
  }
}
