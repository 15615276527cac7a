package dev.recurrent.data;

import dev.recurrent.io.Quoted;
import java.nio.file.Path;

/**
 * Names a place in a file: {@code file:line:column}, as compilers do.
 *
 * @param file the file
 * @param line the line, from 1; 0 when the file as a whole is meant
 * @param column the character (code point) in the line, from 1; 0 when the file as a whole is meant
 */
public record Place(Path file, int line, int column) {
  /** Checks that line and column are both given, or neither. */
  public Place {
    if (line < 0 || column < 0 || line == 0 != (column == 0)) {
      throw new IllegalArgumentException(
          "place: expected line and column from 1, or both 0, got " + line + " and " + column);
    }
  }

  /** Returns the place that is the file as a whole. */
  public static Place of(Path file) {
    return new Place(file, 0, 0);
  }

  /** Returns another place in the same line. */
  Place atColumn(int another) {
    return new Place(file, line, another);
  }

  /** Returns {@code file:line:column}, or {@code file} for the file as a whole. */
  @Override
  public String toString() {
    String name = Quoted.oneLine(file.toString());
    return line == 0 ? name : name + ":" + line + ":" + column;
  }
}
