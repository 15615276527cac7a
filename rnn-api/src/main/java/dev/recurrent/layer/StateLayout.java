package dev.recurrent.layer;

import dev.recurrent.cell.CellDefinition;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The names and sizes of all states of one stream, sorted by name, with the cells that they belong
 * to.
 */
record StateLayout(List<Entry> entries) {

  /**
   * One state.
   *
   * @param name such as {@code lstm.c_l0}
   * @param cell the name of the cell whose equations compute it
   * @param equations a version and a hash of them
   * @param size the number of its values
   */
  record Entry(String name, String cell, String equations, int size) {
    /** Describes a state of a cell. */
    static Entry of(String name, CellDefinition cell, int size) {
      var fingerprint = cell.fingerprint();
      String version = fingerprint.substring(0, fingerprint.indexOf(' ') + 1);
      String hash = fingerprint.substring(fingerprint.lastIndexOf(' ') + 1);
      return new Entry(name, cell.name(), version + hash, size);
    }

    /** Tells whether the other is the same state, as far as hashes of two versions can tell. */
    private boolean isSame(Entry other) {
      return equals(other)
          || (name.equals(other.name)
              && cell.equals(other.cell)
              && size == other.size
              && !version().equals(other.version()));
    }

    private String version() {
      return equations.substring(0, equations.indexOf(' ') + 1);
    }

    @Override
    public String toString() {
      return name + " of " + cell + " [" + size + "]";
    }
  }

  StateLayout {
    entries = entries.stream().sorted(Comparator.comparing(Entry::name)).toList();
    var names = new HashSet<String>();
    for (var entry : entries) {
      if (!names.add(entry.name())) {
        throw new IllegalArgumentException(
            "states: expected a name for each, got "
                + entry.name()
                + " twice; let each layer occur once, and all be part of one model");
      }
    }
  }

  /** Returns the position of a state; {@code what} begins the message if there is none. */
  int indexOf(String what, String name) {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException(what + ": expected one of " + this + ", got " + name);
  }

  /** Refuses the layout of another model. */
  void requireSame(StateLayout other) {
    if (equals(other)) {
      return;
    }
    boolean same = entries.size() == other.entries.size();
    for (int i = 0; same && i < entries.size(); i++) {
      same = entries.get(i).isSame(other.entries.get(i));
    }
    if (!same) {
      boolean redefined = toString().equals(other.toString());
      throw new IllegalArgumentException(
          "state: expected "
              + this
              + ", got "
              + (redefined
                  ? "one of a cell of this name with other equations"
                  : other + ", which is that of another model"));
    }
  }

  @Override
  public String toString() {
    return entries.isEmpty()
        ? "no states"
        : entries.stream().map(Entry::toString).collect(Collectors.joining(", "));
  }
}
