package dev.recurrent.data;

import dev.recurrent.io.Quoted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonParser.NumberType;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads polyphonic music as JSON: a list of pieces, each a list of steps, each a list of the MIDI
 * pitches that sound, those of a piano; or an object with such a list for each part, such as {@code
 * train}, {@code valid} and {@code test} (Boulanger-Lewandowski et al. 2012). A pitch of -1 is
 * silence, as in files that have a place for each voice.
 */
public final class PianoRolls {
  /** The name of the only part of a file that has no parts. */
  public static final String WHOLE = "";

  /** The MIDI pitch of a piano's lowest key. */
  public static final int LOWEST = 21;

  /** The keys of a piano: pitches from 21 to 108. */
  public static final int KEYS = 88;

  private static final int SILENCE = -1;
  private static final int BEYOND_INT = Integer.MAX_VALUE; // no pitch either
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final JsonParser parser;
  private final TextCursor cursor;
  private final Rows rows;

  private PianoRolls(JsonParser parser, TextCursor cursor, Rows rows) {
    this.parser = parser;
    this.cursor = cursor;
    this.rows = rows;
  }

  /**
   * Reads one step from a line: a list of pitches, such as {@code [60, 64, 67]}.
   *
   * @param place where the line begins
   * @throws DataException if it is something else
   */
  public static int[] step(Place place, String line) throws IOException {
    return parse(place, line, Rows.failing(), PianoRolls::wholeStep);
  }

  /**
   * Reads the pieces of a file, {@code [steps][pitches]} each, by the names of the parts.
   *
   * @throws DataException if the file is not such JSON, or a piece holds no pitches where they
   *     should be and malformed pieces are not to be skipped
   */
  public static Map<String, List<int[][]>> read(Path file, Rows rows) throws IOException {
    return parse(
        new Place(file, 1, 1), TextFile.text(file, rows.charset()), rows, PianoRolls::parts);
  }

  /** Is a way to read what stands there. */
  private interface Content<T> {
    T read(PianoRolls rolls) throws IOException;
  }

  private static <T> T parse(Place begin, String json, Rows rows, Content<T> content)
      throws IOException {
    var cursor = new TextCursor(begin, json);
    var parser = JSON.createParser(json);
    try (parser) {
      return content.read(new PianoRolls(parser, cursor, rows));
    } catch (JacksonException e) {
      cursor.moveTo(parser.currentTokenLocation().getCharOffset());
      throw JsonErrors.describe(e, cursor, "JSON");
    }
  }

  private int[] wholeStep() throws IOException {
    require(parser.nextToken(), JsonToken.START_ARRAY, "a step, a list of MIDI pitches");
    var pitches = pitches();
    requireEnd("the end of the line");
    return pitches;
  }

  private Map<String, List<int[][]>> parts() throws IOException {
    var parts = new LinkedHashMap<String, List<int[][]>>();
    var token = parser.nextToken();
    if (token == JsonToken.START_ARRAY) {
      parts.put(WHOLE, pieces());
    } else {
      require(token, JsonToken.START_OBJECT, "a list of pieces, or an object of such lists");
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        var name = parser.currentName();
        require(parser.nextToken(), JsonToken.START_ARRAY, "a list of pieces");
        parts.put(name, pieces());
      }
    }
    requireEnd("the end of the file");
    return Collections.unmodifiableMap(parts);
  }

  private void requireEnd(String expected) throws DataException {
    if (parser.nextToken() != null) {
      throw malformed(expected);
    }
  }

  private List<int[][]> pieces() throws IOException {
    var pieces = new ArrayList<int[][]>();
    int outside = depth();
    for (var token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
      rows.count(1);
      try {
        require(token, JsonToken.START_ARRAY, "a piece, a list of steps");
        pieces.add(steps());
      } catch (DataException e) {
        rows.reject(e);
        leave(outside);
      }
    }
    return Collections.unmodifiableList(pieces);
  }

  private int[][] steps() throws IOException {
    var steps = new ArrayList<int[]>();
    for (var token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
      require(token, JsonToken.START_ARRAY, "a step, a list of MIDI pitches");
      steps.add(pitches());
    }
    if (steps.isEmpty()) {
      throw malformed("a piece of at least one step");
    }
    return steps.toArray(int[][]::new);
  }

  private int[] pitches() throws IOException {
    var pitches = new ArrayList<Integer>();
    for (var token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
      require(token, JsonToken.VALUE_NUMBER_INT, "a MIDI pitch, a whole number");
      int pitch = parser.getNumberType() == NumberType.INT ? parser.getIntValue() : BEYOND_INT;
      if (pitch != SILENCE) {
        if (pitch < LOWEST || pitch >= LOWEST + KEYS) {
          throw malformed("a MIDI pitch of a piano, 21 to 108, or -1 for silence");
        }
        pitches.add(pitch);
      }
    }
    return pitches.stream().mapToInt(pitch -> pitch).toArray();
  }

  private int depth() {
    return parser.streamReadContext().getNestingDepth();
  }

  /** Goes on behind a piece that has been left in the middle. */
  private void leave(int outside) {
    while (depth() > outside) {
      parser.nextToken();
    }
  }

  private void require(JsonToken token, JsonToken wanted, String expected) throws DataException {
    if (token != wanted) {
      throw malformed(expected);
    }
  }

  private DataException malformed(String expected) {
    var got = parser.currentToken() == null ? "nothing" : Quoted.quote(parser.getString());
    return new DataException(
        cursor.moveTo(parser.currentTokenLocation().getCharOffset()), expected, got);
  }
}
