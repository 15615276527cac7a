package dev.recurrent.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.recurrent.io.Quoted;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Reads sentences and their translations. */
public final class SentencePairs {
  private SentencePairs() {}

  /**
   * Reads a file of lines {@code source TAB target}; a third field, which the files of
   * manythings.org have for attribution, is not taken. Empty lines are not pairs.
   *
   * @throws DataException if a line is malformed and malformed rows are not to be skipped
   */
  public static List<SentencePair> read(Path file, Rows rows) throws IOException {
    List<SentencePair> pairs = new ArrayList<>();
    try (var lines = new Lines(file, rows.charset())) {
      while (lines.next()) {
        rows.count(1);
        try {
          String line = lines.text();
          if (!line.isEmpty()) {
            pairs.add(pair(line, lines));
          }
        } catch (DataException e) {
          rows.reject(e);
        }
      }
    }
    return Collections.unmodifiableList(pairs);
  }

  /**
   * Reads two parallel files: line n of one is the translation of line n of the other. When one of
   * the two is malformed, the pair is.
   *
   * @throws DataException if the files have different numbers of lines, or a line is not of the
   *     encoding or has a tab and malformed rows are not to be skipped
   */
  public static List<SentencePair> read(Path sourceFile, Path targetFile, Rows rows)
      throws IOException {
    List<SentencePair> pairs = new ArrayList<>();
    try (var sources = new Lines(sourceFile, rows.charset());
        var targets = new Lines(targetFile, rows.charset())) {
      boolean source = sources.next();
      boolean target = targets.next();
      while (source && target) {
        rows.count(1);
        try {
          pairs.add(new SentencePair(sentence(sources), sentence(targets)));
        } catch (DataException e) {
          rows.reject(e);
        }
        source = sources.next();
        target = targets.next();
      }
      if (source != target) {
        throw new DataException(
            Place.of(sourceFile),
            "as many lines as " + Place.of(targetFile) + ", which has " + count(targets),
            String.valueOf(count(sources)));
      }
    }
    return Collections.unmodifiableList(pairs);
  }

  /**
   * Tells whether a file holds pairs in lines, not sentences alone: whether its first line that is
   * not empty has a tab. A line that is not UTF-8 does not count.
   */
  public static boolean areIn(Path file) throws IOException {
    return areIn(file, UTF_8);
  }

  /** Tells of a file in an encoding what {@link #areIn(Path)} tells of one in UTF-8. */
  public static boolean areIn(Path file, Charset charset) throws IOException {
    try (var lines = new Lines(file, charset)) {
      while (lines.next()) {
        try {
          String line = lines.text();
          if (!line.isEmpty()) {
            return line.indexOf('\t') >= 0;
          }
        } catch (DataException e) {
          // Left to the one who reads the file.
        }
      }
      return false;
    }
  }

  /** Returns the sentence of a line, which has no tab, or it would have its translation with it. */
  private static String sentence(Lines lines) throws DataException {
    String line = lines.text();
    int tab = line.indexOf('\t');
    if (tab >= 0) {
      throw new DataException(
          lines.place(line.codePointCount(0, tab) + 1),
          "a sentence without a tab, since its translation is in another file",
          Quoted.quote(line));
    }
    return line;
  }

  private static int count(Lines lines) throws IOException {
    while (lines.next()) {
      // counts
    }
    return lines.number();
  }

  private static SentencePair pair(String line, Lines lines) throws DataException {
    String[] fields = line.split("\t", -1);
    if (fields.length < 2 || fields.length > 3) {
      throw new DataException(
          lines.place(1), "a sentence, a tab and its translation", Quoted.quote(line));
    }
    if (fields[0].isBlank() || fields[1].isBlank()) {
      int column = fields[0].isBlank() ? 1 : fields[0].codePointCount(0, fields[0].length()) + 2;
      throw new DataException(lines.place(column), "a sentence", "nothing");
    }
    return new SentencePair(fields[0], fields[1]);
  }
}
