package dev.recurrent.examples.harness;

import dev.recurrent.data.DataException;
import dev.recurrent.data.PianoRolls;
import dev.recurrent.data.Place;
import dev.recurrent.data.Rows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Holds the pieces of a file, which may say itself which of them train, validate and test. */
public final class Pieces {
  private final Path file;
  private final Map<String, List<Piece>> parts = new LinkedHashMap<>();

  private Pieces(Path file) {
    this.file = file;
  }

  /** Reads a file, as {@link PianoRolls#read} does. */
  public static Pieces read(Path file, Rows rows) throws IOException {
    var pieces = new Pieces(file);
    PianoRolls.read(file, rows).forEach((name, part) -> pieces.parts.put(name, Piece.of(part)));
    return pieces;
  }

  /** Tells whether the file says what its parts are. */
  public boolean areParted() {
    return !parts.containsKey(PianoRolls.WHOLE);
  }

  /**
   * Returns the part of a name, or all pieces where there are no parts.
   *
   * @throws DataException if there are others, but not this one
   */
  public List<Piece> part(String name) throws DataException {
    var part = parts.get(areParted() ? name : PianoRolls.WHOLE);
    if (part == null) {
      throw new DataException(Place.of(file), "a part \"" + name + "\"", "parts " + parts.keySet());
    }
    return part;
  }
}
