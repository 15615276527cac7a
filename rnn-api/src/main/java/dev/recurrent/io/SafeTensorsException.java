package dev.recurrent.io;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;

/**
 * Reports that a safetensors file is not what the format or the caller expects.
 *
 * <p>The message is one line, {@code <file>: <what>: expected <what was expected>, got <what is
 * there>}; text from the file is quoted, with control characters escaped and long text shortened.
 */
public final class SafeTensorsException extends IOException {
  @Serial private static final long serialVersionUID = 1;
  private static final int MAX_CHARACTERS = 1000;

  /**
   * Builds the message {@code <file>: <what>: expected <expected>, got <got>}.
   *
   * @param what the part of the file that is wrong, such as {@code header length}
   */
  public SafeTensorsException(Path file, String what, String expected, String got) {
    super(
        Quoted.oneLine(
            file + ": " + cut(what) + ": expected " + cut(expected) + ", got " + cut(got)));
  }

  /** Shortens what a file may have made as long as it likes. */
  private static String cut(String text) {
    return text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS) + "...";
  }
}
