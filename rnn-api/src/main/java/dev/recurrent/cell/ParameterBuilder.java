package dev.recurrent.cell;

import dev.recurrent.cell.ParameterSpec.Kind;
import dev.recurrent.cell.ParameterSpec.Slice;
import java.util.ArrayList;
import java.util.List;

/** Collects the slices of one parameter while a cell is being defined. */
final class ParameterBuilder {
  private final int index;
  private final String name;
  private final Kind kind;
  private final int columns;
  private final int operand;
  private final List<Slice> slices = new ArrayList<>();
  private int rows;

  ParameterBuilder(int index, String name, Kind kind, int columns, int operand) {
    this.index = index;
    this.name = name;
    this.kind = kind;
    this.columns = columns;
    this.operand = operand;
  }

  int index() {
    return index;
  }

  String name() {
    return name;
  }

  Kind kind() {
    return kind;
  }

  int operand() {
    return operand;
  }

  /** Adds a slice, whose name must be new, and returns its first row. */
  int add(String slice, int size, Initializer initializer, CellBuilder owner) {
    for (var existing : slices) {
      if (existing.name().equals(slice)) {
        throw owner.problem(
            kind == Kind.VECTOR
                ? "vector %s: expected a name that is not taken; keep the value to read it again"
                    .formatted(slice)
                : "linear %s: expected a name that is not taken, got it a second time"
                    .formatted(slice));
      }
    }
    int offset = rows;
    long end = (long) rows + size;
    if (end * columns > Integer.MAX_VALUE) {
      throw owner.problem(
          "%s: expected at most %,d numbers, got [%d, %d] = %,d"
              .formatted(name, Integer.MAX_VALUE, end, columns, end * columns));
    }
    slices.add(new Slice(slice, offset, size, initializer));
    rows = (int) end;
    return offset;
  }

  String sliceName(int offset) {
    return slices.stream().filter(s -> s.offset() == offset).findFirst().orElseThrow().name();
  }

  ParameterSpec build() {
    return new ParameterSpec(name, kind, rows, columns, operand, slices);
  }
}
