package dev.recurrent.data;

import dev.recurrent.io.Quoted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads texts, one in each line, with or without a key before a tab: {@code KEY#2 TAB text}, where
 * {@code #2}, which says that it is the third text of the key, is not a part of the key. That is
 * the format in which the captions of Flickr8k are published.
 */
public final class KeyedTexts {
  private static final Pattern NUMBER = Pattern.compile("#\\d+$");

  private KeyedTexts() {}

  /**
   * Reads the texts of a file; a blank line is a blank text.
   *
   * @throws DataException if a line has two tabs, or nothing before or behind one, or is not UTF-8,
   *     and malformed rows are not to be skipped
   */
  public static List<KeyedText> read(Path file, Rows rows) throws IOException {
    List<KeyedText> texts = new ArrayList<>();
    try (var lines = new Lines(file, rows.charset())) {
      while (lines.next()) {
        rows.count(1);
        try {
          texts.add(line(lines.place(1), lines.text()));
        } catch (DataException e) {
          rows.reject(e);
        }
      }
    }
    return Collections.unmodifiableList(texts);
  }

  /**
   * Reads one text from a line.
   *
   * @param place where the line begins
   * @throws DataException if it has two tabs, or nothing before or behind one
   */
  public static KeyedText line(Place place, String line) throws DataException {
    int tab = line.indexOf('\t');
    if (tab < 0) {
      return new KeyedText(line, line);
    }
    var key = NUMBER.matcher(line.substring(0, tab)).replaceFirst("");
    var text = line.substring(tab + 1);
    if (key.isBlank()) {
      throw new DataException(place, "a key before the tab", "none");
    }
    int column = line.codePointCount(0, tab) + 2;
    if (text.isBlank()) {
      throw new DataException(place.atColumn(column), "a text behind the tab", "none");
    }
    int second = text.indexOf('\t');
    if (second >= 0) {
      throw new DataException(
          place.atColumn(column + text.codePointCount(0, second)),
          "KEY TAB text",
          "a second tab in " + Quoted.quote(line));
    }
    return new KeyedText(key, text);
  }
}
