package dev.recurrent.examples.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.recurrent.data.TextFile;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A text.
 *
 * @param name says in messages where the text is from
 * @param content the text itself
 */
public record Text(String name, String content) {
  private static final String EMBEDDED = "/dev/recurrent/examples/default-text.txt";

  private static final double TOLERANCE = 1e-6; // of sums of shares

  /** Refuses a text that is empty. */
  public Text {
    if (content.isEmpty()) {
      throw new IllegalArgumentException(name + ": expected a text, got an empty one");
    }
  }

  /**
   * Reads a file, which may be compressed by gzip.
   *
   * @throws IOException if it cannot be read, or is not of the encoding
   */
  public static Text read(Path file, Charset charset) throws IOException {
    return new Text(file.toString(), TextFile.text(file, charset));
  }

  /** Returns the text that comes along: this project's own documents and sources. */
  public static Text embedded() throws IOException {
    try (var stream = Text.class.getResourceAsStream(EMBEDDED)) {
      var bytes = Objects.requireNonNull(stream, EMBEDDED).readAllBytes();
      return new Text("embedded text", new String(bytes, UTF_8));
    }
  }

  /** Returns the first characters of the text, or the whole text if it has no more. */
  public Text first(int count) {
    return length() <= count ? this : new Text(name, content.substring(0, position(count)));
  }

  /** Returns the number of characters. */
  public int length() {
    return content.codePointCount(0, content.length());
  }

  /**
   * Cuts the text into parts one after the other; those of words end at the end of a line, or,
   * where no other line follows, of a word.
   *
   * @param shares of the characters, which add up to 1; a part of share 0 is empty
   * @return a list of one text for each part, or of none
   * @throws IllegalArgumentException if the shares are others, or a part would have no characters
   */
  public List<List<Text>> split(TokenKind kind, double... shares) {
    requireShares(shares);
    var parts = new ArrayList<List<Text>>();
    double sum = 0;
    int from = 0;
    for (double share : shares) {
      sum += share;
      int to = sum > 1 - TOLERANCE ? content.length() : end(kind, sum);
      if (share > 0 && from >= to) {
        throw new IllegalArgumentException(
            name + ": expected a text that can be parted, got " + length() + " characters");
      }
      parts.add(share > 0 ? List.of(new Text(name, content.substring(from, to))) : List.of());
      from = to;
    }
    return parts;
  }

  /**
   * Returns where a part ends: of words behind a line feed, if one is behind that place and not the
   * last character, else behind a space.
   */
  private int end(TokenKind kind, double share) {
    int at = position((int) (length() * share));
    if (kind != TokenKind.WORD) {
      return at;
    }
    int line = content.indexOf('\n', at);
    if (line >= 0 && line + 1 < content.length()) {
      return line + 1;
    }
    int space = content.indexOf(' ', at);
    space = space < 0 ? content.lastIndexOf(' ', at) : space;
    return space < 0 ? content.length() : space + 1;
  }

  private static void requireShares(double... shares) {
    double sum = Arrays.stream(shares).sum();
    if (!Arrays.stream(shares).allMatch(share -> share >= 0) || !(Math.abs(sum - 1) < TOLERANCE)) {
      throw new IllegalArgumentException(
          "shares: expected numbers of at least 0 that add up to 1, got "
              + Arrays.toString(shares));
    }
  }

  private int position(int characters) {
    return content.offsetByCodePoints(0, characters);
  }
}
