package dev.recurrent.data;

import dev.recurrent.io.Quoted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Reads word vectors that were trained elsewhere: GloVe's text format (Pennington et al. 2014), a
 * line {@code word v1 v2 … vN} for each word, and word2vec's, in which a line with the number of
 * words and N comes first. Only the vectors of a vocabulary's tokens are kept, so that a file of
 * millions needs little memory.
 *
 * <pre>{@code
 * var vectors = WordVectors.read(path, vocabulary, Rows.failing());
 * var embedding = Embedding.of(vocabulary.size(), vectors.size());
 * vectors.byToken().forEach(embedding::startingWith);
 * }</pre>
 *
 * <p>The first line, which may be that of a word, says how long all vectors are. What stands before
 * the last N fields of a line is the word, with spaces inside it, if there are any, as in some of
 * GloVe's files. Of several lines for a word the first one counts. The numbers of words that are
 * not kept are counted and not read.
 */
public final class WordVectors {
  private static final Pattern HEADING = Pattern.compile("\\d+ ([1-9]\\d{0,8})");

  private final int size;
  private final Map<Integer, float[]> vectors;

  private WordVectors(int size, Map<Integer, float[]> vectors) {
    this.size = size;
    this.vectors = vectors;
  }

  /**
   * Reads the vectors of a vocabulary's tokens.
   *
   * @throws DataException if a line is malformed and malformed rows are not to be skipped, or there
   *     is no line that says how long vectors are
   */
  public static WordVectors read(Path file, Vocabulary vocabulary, Rows rows) throws IOException {
    var reader = new Reader(file, vocabulary);
    try (var lines = new Lines(file, rows.charset())) {
      while (lines.next()) {
        rows.count(1);
        try {
          reader.take(lines);
        } catch (DataException e) {
          rows.reject(e);
        }
      }
    }
    return reader.vectors();
  }

  /** Returns N, how long each vector is. */
  public int size() {
    return size;
  }

  /** Returns the vectors by the numbers of their tokens; they are not copied. */
  public Map<Integer, float[]> byToken() {
    return Collections.unmodifiableMap(vectors);
  }

  /** Returns how many vectors there are. */
  @Override
  public String toString() {
    return vectors.size() + " vectors of " + size + " numbers";
  }

  /** Takes line after line. */
  private static final class Reader {
    private final Path file;
    private final Vocabulary vocabulary;
    private final Map<Integer, float[]> vectors = new TreeMap<>();
    private int size; // 0 before the first line, which says it
    private boolean found;

    Reader(Path file, Vocabulary vocabulary) {
      this.file = file;
      this.vocabulary = vocabulary;
    }

    void take(Lines lines) throws DataException {
      var line = lines.text().stripTrailing(); // word2vec ends each line with a space
      var heading = HEADING.matcher(line);
      if (lines.number() == 1 && heading.matches()) {
        size = Integer.parseInt(heading.group(1));
        return;
      }
      if (size == 0) {
        size = Math.toIntExact(line.chars().filter(c -> c == ' ').count());
      }
      int numbers = line.length();
      for (int i = 0; i < size && numbers > 0; i++) {
        numbers = line.lastIndexOf(' ', numbers - 1);
      }
      if (size == 0 || numbers <= 0) {
        var expected = "a word and " + (size == 0 ? "its vector" : size + " numbers");
        throw new DataException(lines.place(1), expected, Quoted.quote(line));
      }
      found = true;
      var word = line.substring(0, numbers);
      if (vocabulary.has(word) && !vectors.containsKey(vocabulary.index(word))) {
        vectors.put(vocabulary.index(word), numbers(lines, line, numbers + 1));
      }
    }

    private float[] numbers(Lines lines, String line, int from) throws DataException {
      var vector = new float[size];
      int start = from;
      for (int i = 0; i < size; i++) {
        int space = line.indexOf(' ', start);
        int end = space < 0 ? line.length() : space;
        vector[i] = number(lines, line, start, end);
        start = end + 1;
      }
      return vector;
    }

    private static float number(Lines lines, String line, int start, int end) throws DataException {
      var text = line.substring(start, end);
      try {
        float number = Float.parseFloat(text);
        if (Float.isFinite(number)) {
          return number;
        }
      } catch (NumberFormatException e) {
        // Reported below, as infinity is.
      }
      throw new DataException(
          lines.place(line.codePointCount(0, start) + 1), "a number", Quoted.quote(text));
    }

    WordVectors vectors() throws DataException {
      if (!found) {
        throw new DataException(Place.of(file), "word vectors", "a file without");
      }
      return new WordVectors(size, vectors);
    }
  }
}
