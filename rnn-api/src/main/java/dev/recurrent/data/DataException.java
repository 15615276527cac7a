package dev.recurrent.data;

import dev.recurrent.io.Quoted;
import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Reports that a data file is not what its format or the caller expects.
 *
 * <p>The message is one line, {@code <file>:<line>:<column>: expected <what>, got <what>}, without
 * line and column when the file as a whole is wrong.
 */
public final class DataException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  private final transient Place place;
  private final EnumSet<Remedy> remedies = EnumSet.noneOf(Remedy.class);

  /** What a caller may ask a reader for, so that it reads the file after all. */
  public enum Remedy {
    /** Another encoding: {@link Rows#in}. */
    ENCODING,
    /** Another separator of columns: {@link Table.Dialect}. */
    SEPARATOR,
    /** Another decimal mark: {@link Table.Dialect}. */
    DECIMAL,
    /** A format of dates: {@link Series.Columns#dated}. */
    DATE_FORMAT,
    /** A column that tells series apart: {@link Series.Columns#grouped}. */
    GROUPS,
    /** That malformed rows are left out: {@link Rows#skipping}. */
    SKIPPING
  }

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

  /** Adds something that may help, and returns this. */
  public DataException suggest(Remedy remedy) {
    remedies.add(remedy);
    return this;
  }

  /** Returns what may help. */
  public Set<Remedy> remedies() {
    return Collections.unmodifiableSet(remedies);
  }
}
