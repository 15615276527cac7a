package dev.recurrent.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.contract.RandomCell.Kind;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Checks that failing cells become small, and that random ones cover the language. */
class CellShrinkerTest {
  private static final long[] NUMBERS = LongStream.range(1000, 1500).toArray();

  @Test
  void oneFailingFunctionIsWhatIsLeft() {
    var smallest = smallest(cell -> cell.lines().stream().anyMatch(l -> l.kind() == Kind.EXP));
    var kinds = smallest.cell().lines().stream().map(RandomCell.Line::kind).toList();
    assertTrue(kinds.size() <= 3 && kinds.contains(Kind.EXP), kinds::toString);
    assertEquals(1, smallest.cell().states().size());
    assertEquals(List.of(0), smallest.lengths());
    assertEquals(1, smallest.sizes().hidden());
  }

  @Test
  void smallestCellIsShownAsEquations() {
    var smallest =
        smallest(
            cell ->
                cell.lines().stream()
                    .anyMatch(
                        line ->
                            line.kind() == Kind.PLUS
                                && line.operands().stream()
                                    .allMatch(k -> cell.lines().get(k).kind() == Kind.PRODUCT)));
    assertTrue(smallest.toString().contains(".plus("), smallest::toString);
    assertEquals(2, smallest.toString().split("c\\.product\\(", -1).length - 1);
    assertTrue(smallest.toString().lines().count() <= 9, smallest::toString);
  }

  private static CellTrial smallest(Predicate<RandomCell> fault) {
    var failing =
        LongStream.of(NUMBERS)
            .mapToObj(RandomCells::trial)
            .filter(trial -> fault.test(trial.cell()) && trial.cell().lines().size() > 20)
            .findFirst()
            .orElseThrow();
    return CellShrinker.shrink(failing, trial -> fault.test(trial.cell()), 5000);
  }

  @Test
  void randomCellsCoverTheLanguage() {
    var seen = EnumSet.noneOf(Kind.class);
    var operandsOfProducts = EnumSet.noneOf(Kind.class);
    var mostOperands = new EnumMap<Kind, Integer>(Kind.class);
    for (long number = 1000; number < 4000; number++) {
      var cell = RandomCells.random(number);
      for (var line : cell.lines()) {
        seen.add(line.kind());
        mostOperands.merge(line.kind(), line.operands().size(), Math::max);
        if (line.kind() == Kind.PRODUCT || line.kind() == Kind.LINEAR) {
          line.operands().forEach(k -> operandsOfProducts.add(cell.lines().get(k).kind()));
        }
      }
    }
    assertEquals(EnumSet.allOf(Kind.class), seen);
    var wide = EnumSet.allOf(Kind.class);
    wide.removeAll(EnumSet.of(Kind.CONSTANT, Kind.MEAN)); // scalars
    assertEquals(wide, operandsOfProducts);
    assertEquals(4, mostOperands.get(Kind.LINEAR));
    assertEquals(4, mostOperands.get(Kind.PRODUCT));
  }

  @Test
  void textOfACellIsReadBack() {
    for (long number : NUMBERS) {
      var cell = RandomCells.random(number);
      assertEquals(cell, RandomCell.parse(cell.text().lines().toList()));
    }
  }
}
