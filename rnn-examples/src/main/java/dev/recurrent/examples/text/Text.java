package dev.recurrent.examples.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.recurrent.data.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * Holds a text.
 *
 * @param name says in messages where the text is from
 * @param content the text itself
 */
public record Text(String name, String content) {
  private static final String EMBEDDED = "/dev/recurrent/examples/default-text.txt";

  /** The part of a text that trains, the front; the rest validates. */
  private static final double TRAINING_SHARE = 0.9;

  /** Refuses a text that is empty. */
  public Text {
    if (content.isEmpty()) {
      throw new IllegalArgumentException(name + ": expected a text, got an empty one");
    }
  }

  /**
   * Reads a file, which may be compressed by gzip.
   *
   * @throws IOException if it cannot be read, or is not UTF-8
   */
  public static Text read(Path file) throws IOException {
    return new Text(file.toString(), TextFile.text(file));
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
   * Parts the text into nine tenths that train and one that validates; between words at the end of
   * a line, if there is one behind that place.
   */
  public List<Text> split(TokenKind kind) {
    int at = position((int) (length() * TRAINING_SHARE));
    if (kind == TokenKind.WORD && content.indexOf('\n', at) >= 0) {
      at = content.indexOf('\n', at) + 1;
    }
    if (at == 0 || at == content.length()) {
      throw new IllegalArgumentException(
          name + ": expected a text that can be parted, got " + length() + " characters");
    }
    return List.of(new Text(name, content.substring(0, at)), new Text(name, content.substring(at)));
  }

  /** Returns what tells whether texts are the same. */
  public static String sha256(List<Text> texts) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      texts.forEach(
          text -> {
            digest.update(text.content.getBytes(UTF_8));
            digest.update((byte) 0xff); // in no UTF-8
          });
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  private int position(int characters) {
    return content.offsetByCodePoints(0, characters);
  }
}
