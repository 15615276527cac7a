package dev.recurrent.cell;

import static dev.recurrent.cell.Functions.oneMinus;
import static dev.recurrent.cell.Functions.sigmoid;
import static dev.recurrent.cell.Functions.tanh;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.MemoryGates.Role;
import dev.recurrent.cell.ParameterSpec.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryGatesTest {
  private static final CellSizes SIZES = CellSizes.of(3, 40);
  private static final int STEPS = 100;

  @Test
  void gatesOfTheCatalogueAreFoundInTheirEquations() {
    var lstm = Map.of("f", Role.KEEPS, "i", Role.ADMITS);
    for (var cell : new CellDefinition[] {Cells.LSTM, Cells.LSTM_PEEPHOLE, Cells.LSTM_PROJECTION}) {
      assertEquals(lstm, gates(cell), cell.name());
    }
    assertEquals(Map.of("z", Role.KEEPS), gates(Cells.GRU));
    assertEquals(Map.of("z", Role.KEEPS), gates(Cells.GRU_RESET_BEFORE));
    assertEquals(Map.of("f", Role.ADMITS), gates(Cells.MGU));
    assertEquals(Map.of("g", Role.KEEPS), gates(Cells.UGRNN));
    for (var cell : new CellDefinition[] {Cells.ELMAN, Cells.JORDAN, Cells.INDRNN}) {
      assertEquals(Map.of(), gates(cell), cell.name());
      assertFalse(cell.isGated());
    }
  }

  @Test
  void gatesOfOnesOwnCellAreFound() {
    var cell =
        CellDefinition.named(
            "two-times",
            c -> {
              var m = c.state("m");
              var slow = sigmoid(c.linear("slow", c.input()).plus(c.vector("p").times(m)));
              var write = oneMinus(sigmoid(c.linear("closed", c.input(), m)));
              c.next("m", tanh(c.linear("new", m)).times(write).plus(m.times(slow)));
            });
    assertEquals(Map.of("slow", Role.KEEPS, "closed", Role.KEEPS), gates(cell));
  }

  @Test
  void rememberingDrawsTheBiasesOfTheGatesAndNothingElse() {
    var program = Cells.LSTM.remembering(STEPS).program(SIZES);
    assertBetween(0, Math.log(STEPS - 1), initial(program, "f"));
    assertBetween(-Math.log(STEPS - 1), 0, initial(program, "i"));
    assertEquals(0, spread(initial(program, "o")));
    assertEquals(0, spread(initial(program, "g")));
    assertTrue(spread(initial(program, "f")) > 1, "units of equal memory");
  }

  /** Tallec and Ollivier 2018: a forget gate's bias is log U(1, T - 1). */
  @Test
  void chronoDrawsTheLogarithmOfAUniformTime() {
    var values = new float[3];
    var draws = List.of(0.0, 0.5, 1 - 0x1p-53).iterator();
    var random =
        new Random(1) {
          @Override
          public double nextDouble() {
            return draws.next();
          }
        };
    Initializer.chrono(STEPS).fill(values, 0, 3, 1, random);
    assertArrayEquals(new float[] {0, 3.912023f, 4.595120f}, values, 1e-6f); // log 1, 50 and 99
  }

  @ParameterizedTest
  @ValueSource(strings = {"f", "i"})
  void memoriesOfTheUnitsAreUniformFromOneStepToAllButOne(String gate) {
    int units = 20_000;
    var biases = initial(Cells.LSTM.remembering(STEPS).program(CellSizes.of(3, units)), gate);
    var times = new double[units];
    for (int unit = 0; unit < units; unit++) {
      times[unit] = Math.exp(gate.equals("f") ? biases[unit] : -biases[unit]);
    }
    Arrays.sort(times);
    double farthest = 0; // from the distribution function of U(1, 99)
    for (int unit = 0; unit < units; unit++) {
      double share = (times[unit] - 1) / (STEPS - 2);
      farthest = Math.max(farthest, Math.abs((unit + 0.5) / units - share));
    }
    // Kolmogorov and Smirnov: in one of 1000 such samples it is farther than 1.95 / sqrt(n).
    assertEquals(0, farthest, 1.95 / Math.sqrt(units));
  }

  @Test
  void rememberingSeesThroughZoneoutAndDropout() {
    var cell = Cells.GRU.withZoneout(0.1).withRecurrentDropout(0.2).remembering(STEPS);
    assertTrue(spread(initial(cell.program(SIZES), "z")) > 1);
    assertTrue(cell.isGated());
  }

  @ParameterizedTest
  @ValueSource(strings = {"elman", "indrnn", "lstm-layernorm"})
  void rememberingNeedsAGate(String cell) {
    var e = assertThrows(CellDefinitionException.class, () -> Cells.named(cell).remembering(STEPS));
    assertTrue(e.getMessage().contains("expected a cell with a gate that keeps a state"));
  }

  @Test
  void rememberingNeedsTwoSteps() {
    var e = assertThrows(IllegalArgumentException.class, () -> Cells.GRU.remembering(1));
    assertEquals("chrono: expected at least 2 steps, got 1", e.getMessage());
  }

  private static Map<String, Role> gates(CellDefinition cell) {
    return MemoryGates.of(cell.program(SIZES));
  }

  private static float[] initial(CellProgram program, String linear) {
    var bias =
        program.parameters().stream().filter(p -> p.kind() == Kind.BIAS).findFirst().orElseThrow();
    var slice = bias.slice(linear);
    var values = new float[slice.rows()];
    slice.initializer().fill(values, 0, slice.rows(), 1, new Random(1));
    return values;
  }

  private static void assertBetween(double from, double to, float[] values) {
    for (float value : values) {
      assertTrue(value >= from && value <= to, from + " <= " + value + " <= " + to);
    }
  }

  private static float spread(float[] values) {
    float least = Float.POSITIVE_INFINITY;
    float most = Float.NEGATIVE_INFINITY;
    for (float value : values) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    return most - least;
  }
}
