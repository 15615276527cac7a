package dev.recurrent.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Reads plain text, as a whole or by lines. */
public final class TextFile {
  private TextFile() {}

  /**
   * Reads a text in UTF-8 as a whole. Its lines end in LF, also where they end in CR and LF in the
   * file.
   *
   * @throws DataException if the file is not UTF-8
   */
  public static String text(Path file) throws IOException {
    return text(file, UTF_8);
  }

  /**
   * Reads a text as a whole. Its lines end in LF, also where they end in CR and LF in the file.
   *
   * @throws DataException if the file is not of the encoding
   */
  public static String text(Path file, Charset charset) throws IOException {
    var text = new StringBuilder();
    try (var lines = new Lines(file, charset)) {
      while (lines.next()) {
        text.append(lines.text());
        if (!lines.ending().isEmpty()) {
          text.append('\n');
        }
      }
    }
    return text.toString();
  }

  /**
   * Reads the lines of a text, without their ends. A line end at the end of the file does not start
   * another line.
   *
   * @throws DataException if a line is not of the encoding and malformed rows are not to be skipped
   */
  public static List<String> lines(Path file, Rows rows) throws IOException {
    List<String> texts = new ArrayList<>();
    try (var lines = new Lines(file, rows.charset())) {
      while (lines.next()) {
        rows.count(1);
        try {
          texts.add(lines.text());
        } catch (DataException e) {
          rows.reject(e);
        }
      }
    }
    return Collections.unmodifiableList(texts);
  }
}
