package dev.recurrent.examples.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/**
 * Holds a text as its code points.
 *
 * @param name says in messages where the text is from
 * @param characters the code points
 * @param sha256 tells whether two texts are the same
 */
@SuppressWarnings("ArrayRecordComponent") // compared by sha256
public record Text(String name, int[] characters, String sha256) {
  private static final String EMBEDDED = "/dev/recurrent/examples/default-text.txt";

  /** The part of a text that trains, the front; the rest validates. */
  private static final double TRAINING_SHARE = 0.9;

  /** The parallel streams in which the validation part is read. */
  static final int VALIDATION_STREAMS = 16;

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read, is empty, or is not UTF-8
   */
  public static Text read(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + ": expected a text file, got a folder");
    }
    if (Files.size(file) > Integer.MAX_VALUE - 8) {
      throw new IOException(
          file + ": expected a text of at most 2 GiB, got " + Files.size(file) + " bytes");
    }
    return of(file.toString(), Files.readAllBytes(file));
  }

  /** Returns the text that comes along: this project's own documents and sources. */
  public static Text embedded() throws IOException {
    try (var stream = Text.class.getResourceAsStream(EMBEDDED)) {
      return of("embedded text", Objects.requireNonNull(stream, EMBEDDED).readAllBytes());
    }
  }

  static Text of(String name, byte[] utf8) throws IOException {
    if (utf8.length == 0) {
      throw new IOException(name + ": expected a text, got an empty file");
    }
    var bytes = ByteBuffer.wrap(utf8);
    try {
      var decoded = StandardCharsets.UTF_8.newDecoder().decode(bytes);
      return of(name, decoded.codePoints().toArray());
    } catch (CharacterCodingException e) {
      throw notUtf8(name, utf8);
    }
  }

  static Text of(String name, int[] characters) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      var bytes = ByteBuffer.allocate(4 * 4096);
      for (int i = 0; i < characters.length; i++) {
        bytes.putInt(characters[i]);
        if (!bytes.hasRemaining() || i + 1 == characters.length) {
          digest.update(bytes.flip());
          bytes.clear();
        }
      }
      return new Text(name, characters, HexFormat.of().formatHex(digest.digest()));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  /** Returns the first characters of the text, or the whole text if it has no more. */
  public Text first(int count) {
    return characters.length <= count ? this : of(name, java.util.Arrays.copyOf(characters, count));
  }

  /** Returns the number of characters. */
  public int length() {
    return characters.length;
  }

  /** Returns the number of characters of the part that trains. */
  int trainingLength() {
    return trainingLength(characters.length);
  }

  /** Returns the text as a string. */
  public String string() {
    return new String(characters, 0, characters.length);
  }

  /**
   * Refuses a text that is too short.
   *
   * @param streams the parallel streams of training
   * @param steps the characters of a window
   */
  void requireWindows(int streams, int steps) throws IOException {
    long training = (long) streams * steps + 1;
    int validation = VALIDATION_STREAMS + 1;
    if (trainingLength() < training || length() - trainingLength() < validation) {
      long needed = Math.max((long) (training / TRAINING_SHARE), 10L * (validation - 1));
      while (needed < Integer.MAX_VALUE
          && (trainingLength((int) needed) < training
              || needed - trainingLength((int) needed) < validation)) {
        needed++;
      }
      throw new IOException(
          "%s: expected at least %,d characters, for one window of %d in each of %d streams and a"
                  .formatted(name, needed, steps, streams)
              + " tenth to validate, got %,d; a smaller --batch or --seq needs fewer"
                  .formatted(length()));
    }
  }

  private static int trainingLength(int length) {
    return (int) (length * TRAINING_SHARE);
  }

  /** Finds the first malformed byte. */
  private static IOException notUtf8(String name, byte[] utf8) {
    var bytes = ByteBuffer.wrap(utf8);
    StandardCharsets.UTF_8.newDecoder().decode(bytes, CharBuffer.allocate(utf8.length), true);
    int at = bytes.position();
    long line = 1;
    for (int i = 0; i < at; i++) {
      line += utf8[i] == '\n' ? 1 : 0;
    }
    return new IOException(
        "%s: expected text in UTF-8, got the byte 0x%02X at offset %d, in line %d"
            .formatted(name, utf8[at], at, line));
  }
}
