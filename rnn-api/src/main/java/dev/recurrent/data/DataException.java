package dev.recurrent.data;

import dev.recurrent.io.Quoted;
import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;

/**
 * Reports that a data file is not what its format or the caller expects.
 *
 * <p>The message is one line, {@code <file>:<line>:<column>: expected <what>, got <what>}, without
 * line and column when the file as a whole is wrong.
 */
public final class DataException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  private final transient Place place;

  /**
   * Builds the message {@code <place>: expected <expected>, got <got>}.
   *
   * @param got what is there; text of the file should go through {@link Quoted#quote}
   */
  public DataException(Place place, String expected, String got) {
    super(place + ": expected " + expected + ", got " + got);
    this.place = place;
  }

  /** Returns where it is wrong. */
  public Place place() {
    return place;
  }

  /** Returns the file. */
  public Path file() {
    return place.file();
  }

  /** Returns the line, from 1, or 0 when the file as a whole is wrong. */
  public int line() {
    return place.line();
  }

  /** Returns the character in the line, from 1, or 0 when the file as a whole is wrong. */
  public int column() {
    return place.column();
  }
}
