package dev.recurrent.contract;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.contract.CellProblem.Given;
import dev.recurrent.contract.CellProblem.Lie;
import dev.recurrent.contract.CellProblem.Setup;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.SequenceLayout;
import java.util.List;

/** A cell with all that decides what it is run on, as data. */
public record CellTrial(
    RandomCell cell,
    CellSizes sizes,
    List<Integer> lengths,
    Direction direction,
    Mode mode,
    Lie lie,
    long seed) {

  public CellTrial {
    lengths = List.copyOf(lengths);
  }

  /** Returns the compiled equations. */
  public CellProgram program() {
    return cell.definition().program(sizes);
  }

  /** Returns what the program is run on. */
  public Setup setup(CellProgram program) {
    var layout = SequenceLayout.ofLengths(lengths.stream().mapToInt(Integer::intValue).toArray());
    return new Setup(program, layout, direction, mode, Given.ALL, lie, seed);
  }

  CellTrial with(RandomCell other) {
    return new CellTrial(other, sizes, lengths, direction, mode, lie, seed);
  }

  CellTrial with(CellSizes other) {
    return new CellTrial(cell, other, lengths, direction, mode, lie, seed);
  }

  CellTrial with(List<Integer> other) {
    return new CellTrial(cell, sizes, other, direction, mode, lie, seed);
  }

  CellTrial with(Direction other) {
    return new CellTrial(cell, sizes, lengths, other, mode, lie, seed);
  }

  CellTrial with(Mode other) {
    return new CellTrial(cell, sizes, lengths, direction, other, lie, seed);
  }

  CellTrial with(Lie other) {
    return new CellTrial(cell, sizes, lengths, direction, mode, other, seed);
  }

  /** Returns the equations in Java, and what they are run on. */
  @Override
  public String toString() {
    return "%s%nlengths %s, %s, %s, %s, seed %d"
        .formatted(cell.source(sizes), lengths, direction, mode, lie, seed);
  }
}
