package dev.recurrent.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ProgramTextTest {
  private static final CellDefinition LEAKY =
      CellDefinition.named(
          "leaky",
          c -> {
            var h = c.state("h");
            c.next("h", h.times(0.5).plus(c.linear("n", c.input())));
          });

  @Test
  void aProgramIsALineForEachValueWithItsShape() {
    assertEquals(
        """
        cell leaky: input 2, hidden 3, output 3
          parameter weight_input [3, 2] of n
          parameter bias [3] of n
          %0 = state h                              # [B, 3]
          %1 = 0.5                                  # a number
          %2 = %0 * %1                              # [B, 3]
          %3 = input                                # [B, 2]
          %4 = weight_input.n · %3                  # [B, 3]
          %5 = bias.n                               # [3]
          %6 = %4 + %5                              # [B, 3]
          %7 = %2 + %6                              # [B, 3]
          next h = %7
          output = next h
        """,
        LEAKY.program(CellSizes.of(2, 3)).toString());
  }

  @Test
  void theDerivativeOfALeakyStateIsItsFactor() {
    var text = LEAKY.program(CellSizes.of(2, 3)).derivative().toString();
    assertTrue(
        text.startsWith("backward pass of cell leaky; stored by the forward pass: nothing\n"),
        text);
    assertTrue(text.contains("d0 = gradient of next h"), text);
    assertTrue(text.contains("= d0 * d1"), text);
    assertTrue(
        text.contains("gradient of weight_input.n = sum over steps and rows of d0 × %3"), text);
  }

  @Test
  void everyCellOfTheCatalogueHasAText() {
    for (var cell : Cells.all()) {
      var program = cell.program(CellSizes.of(3, 5));
      assertEquals(
          program.code().size(),
          program.toString().lines().filter(line -> line.matches("  %\\d+ = .*")).count());
      assertTrue(program.derivative().describeStages().contains("stage 1"));
    }
  }
}
