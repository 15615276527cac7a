package dev.recurrent.cuda.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Reads the sources that come with the backend. */
public final class Resources {
  private Resources() {}

  /** Returns the text of a source, such as {@code library.cu}. */
  public static String text(String name) {
    try (var in = Resources.class.getResourceAsStream("/dev/recurrent/cuda/" + name)) {
      if (in == null) {
        throw new IllegalStateException("not in the jar: " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
