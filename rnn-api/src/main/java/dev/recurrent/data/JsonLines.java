package dev.recurrent.data;

import dev.recurrent.io.Quoted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads files in which each line is a JSON object; empty lines are not rows. */
public final class JsonLines {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonLines() {}

  /**
   * Reads the objects of a file.
   *
   * @throws DataException if a line is not a JSON object and malformed rows are not to be skipped
   */
  public static List<Row> read(Path file, Rows rows) throws IOException {
    List<Row> objects = new ArrayList<>();
    try (var lines = new Lines(file, rows.charset())) {
      while (lines.next()) {
        rows.count(1);
        try {
          String line = lines.text();
          if (!line.isBlank()) {
            objects.add(new Row(lines.place(1), object(line, lines)));
          }
        } catch (DataException e) {
          rows.reject(e);
        }
      }
    }
    return Collections.unmodifiableList(objects);
  }

  private static JsonNode object(String line, Lines lines) throws DataException {
    try {
      JsonNode node = JSON.readTree(line);
      if (!node.isObject()) {
        throw new DataException(lines.place(1), "a JSON object", Quoted.quote(line));
      }
      return node;
    } catch (JacksonException e) {
      throw JsonErrors.describe(e, new TextCursor(lines.place(1), line), "a JSON object");
    }
  }

  /**
   * A line.
   *
   * @param place where it starts
   * @param object the JSON object
   */
  public record Row(Place place, JsonNode object) {
    /**
     * Returns the text under a name.
     *
     * @throws DataException if there is none
     */
    public String text(String name) throws DataException {
      JsonNode value = value(name, "a text");
      if (!value.isString()) {
        throw malformed(name, "a text", value);
      }
      return value.stringValue();
    }

    /**
     * Returns the number under a name.
     *
     * @throws DataException if there is none
     */
    public double number(String name) throws DataException {
      JsonNode value = value(name, "a number");
      if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
        throw malformed(name, "a number", value);
      }
      return value.doubleValue();
    }

    /**
     * Returns the whole number under a name.
     *
     * @throws DataException if there is none, or one beyond 32 bits
     */
    public int integer(String name) throws DataException {
      JsonNode value = value(name, "a whole number");
      if (!value.isIntegralNumber() || !value.canConvertToInt()) {
        throw malformed(name, "a whole number", value);
      }
      return value.intValue();
    }

    private JsonNode value(String name, String expected) throws DataException {
      JsonNode value = object.get(name);
      if (value == null) {
        throw new DataException(
            place,
            expected + " under " + Quoted.quote(name),
            "an object with "
                + String.join(", ", object.propertyNames().stream().map(Quoted::quote).toList()));
      }
      return value;
    }

    private DataException malformed(String name, String expected, JsonNode value) {
      return new DataException(
          place, expected + " under " + Quoted.quote(name), Quoted.quote(value.toString()));
    }
  }
}
