package dev.recurrent.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.function.Executable;

/** Writes the files that tests read, and finds the real ones. */
final class DataFiles {
  private DataFiles() {}

  static Path write(Path file, String content) throws IOException {
    return Files.write(file, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes text of which each character, up to U+00FF, is a byte. */
  static Path writeBytes(Path file, String bytes) throws IOException {
    return Files.write(file, bytes.getBytes(StandardCharsets.ISO_8859_1));
  }

  static Path writeGzip(Path file, String content) throws IOException {
    try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(content.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  /** Asserts that the action is refused with this message, after the folder's own path. */
  static DataException assertRefused(Path folder, String message, Executable action) {
    var failure = assertThrows(DataException.class, action);
    assertEquals(message, String.valueOf(failure.getMessage()).replace(folder + "/", ""));
    return failure;
  }

  /** Returns a folder of real data, and skips the test where there is none. */
  static Path real(String name) {
    String root = System.getProperty("rnn.data", System.getenv("RNN_DATA"));
    assumeTrue(root != null, "needs the data sets: set -Drnn.data or RNN_DATA to their folder");
    return Path.of(root, name);
  }
}
