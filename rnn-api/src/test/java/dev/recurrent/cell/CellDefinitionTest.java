package dev.recurrent.cell;

import static dev.recurrent.cell.Functions.tanh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.recurrent.cell.CellSizes.Bias;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A definition is tried with input size 3 and hidden size 5. */
class CellDefinitionTest {
  @Test
  void nextOfAnUnknownStateNamesTheStatesThereAre() {
    assertProblem(
        "next m: expected a state out of [h], got none",
        c -> {
          c.next("h", c.state("h"));
          c.next("m", c.state("h"));
        });
  }

  @Test
  void stateWithoutNextIsRefused() {
    assertProblem(
        "state c: expected next(\"c\", …), got none",
        c -> c.next("h", tanh(c.linear("h", c.state("h"), c.state("c")))));
  }

  @Test
  void secondNextIsRefused() {
    assertProblem(
        "next h: expected one definition, got a second one",
        c -> {
          c.next("h", c.state("h"));
          c.next("h", tanh(c.state("h")));
        });
  }

  @Test
  void cellWithoutStateIsRefused() {
    assertProblem("expected at least one state, got none", c -> tanh(c.input()));
  }

  @Test
  void nextOfAnotherSizeIsRefused() {
    assertProblem(
        "next h: expected size 5, got size 3",
        c -> {
          c.state("h");
          c.next("h", c.input());
        });
    assertProblem(
        "next h: expected size 5, got a scalar",
        c -> {
          c.state("h");
          c.next("h", c.constant(1));
        });
  }

  @Test
  void masksThatFitNothingAreRefused() {
    assertMessage(
        "cell lstm: zoneout: expected a state out of [h, c], got m",
        () -> Cells.LSTM.withZoneout("m", 0.1));
    assertMessage(
        "cell lstm: zoneout: expected a rate in [0, 1), got 1.0", () -> Cells.LSTM.withZoneout(1));
    assertMessage(
        "cell lstm: recurrent dropout: expected a rate in [0, 1), got -0.1",
        () -> Cells.LSTM.withRecurrentDropout(-0.1));
    var memoryless =
        CellDefinition.named(
            "memoryless", c -> c.next("h", c.state("h").plus(tanh(c.linear("h", c.input())))));
    assertMessage(
        "cell memoryless: recurrent dropout: expected a weight that multiplies a state, got none",
        () -> memoryless.withRecurrentDropout(0.1));
  }

  private static void assertMessage(
      String message, org.junit.jupiter.api.function.Executable call) {
    assertEquals(message, assertThrows(CellDefinitionException.class, call).getMessage());
  }

  @Test
  void operandsOfDifferentSizesAreNamed() {
    assertProblem(
        "times of state h and the input: expected equal sizes, got 5 and 3",
        c -> c.next("h", c.state("h").times(c.input())));
    assertProblem(
        "plus of linear g and vector u: expected equal sizes, got 5 and 7",
        c ->
            c.next(
                "h",
                c.product("g", 5, c.state("h")).plus(c.vector("u", 7, Initializer.constant(0)))));
    assertProblem(
        "max of a value of size 5 and the input: expected equal sizes, got 5 and 3",
        c -> c.next("h", Functions.max(tanh(c.state("h")), c.input())));
  }

  @Test
  void stateOfAnotherSizeThanBeforeIsRefused() {
    assertProblem(
        "state h: expected size 5, got 4", c -> c.next("h", c.state("h").plus(c.state("h", 4))));
  }

  @Test
  void sizesBelowOneAreRefused() {
    assertProblem("state h: expected a size of at least 1, got 0", c -> c.state("h", 0));
    assertProblem(
        "linear g: expected a size of at least 1, got -1", c -> c.linear("g", -1, c.input()));
    assertProblem(
        "vector u: expected a size of at least 1, got 0",
        c -> c.vector("u", 0, Initializer.constant(0)));
  }

  @Test
  void nameOfALinearMayBeUsedOnce() {
    assertProblem(
        "linear g: expected a name that is not taken, got it a second time",
        c -> c.next("h", c.linear("g", c.state("h")).plus(c.linear("g", c.state("h")))));
    assertProblem(
        "linear g: expected a name that is not taken, got it a second time",
        c -> c.next("h", c.linear("g", c.state("h")).plus(c.linear("g", c.state("m")))));
    assertProblem(
        "linear g: expected operands that differ, got state h twice",
        c -> c.next("h", c.linear("g", c.state("h"), c.state("h"))));
  }

  @Test
  void nameOfAVectorMayBeUsedOnce() {
    assertProblem(
        "vector u: expected a name that is not taken; keep the value to read it again",
        c -> c.next("h", c.state("h").times(c.vector("u")).plus(c.vector("u"))));
  }

  @Test
  void linearReadsSeveralComputedValues() {
    var cell =
        CellDefinition.named(
            "two-inner",
            c -> {
              var h = c.state("h");
              var f = Functions.sigmoid(c.linear("f", h));
              c.next("h", tanh(c.linear("n", f.times(h), Functions.oneMinus(f).times(h))));
            });
    var names =
        cell.program(CellSizes.of(3, 5)).parameters().stream().map(ParameterSpec::name).toList();
    assertEquals(List.of("weight_h", "bias", "weight_n_inner", "weight_n_inner_2"), names);
  }

  @Test
  void nameOfAProductIsForEachOperandAnother() {
    var cell =
        CellDefinition.named(
            "same-name",
            c -> c.next("h", c.product("g", 5, c.input()).plus(c.product("g", 5, c.state("h")))));
    var parameters = cell.program(CellSizes.of(3, 5)).parameters();
    assertEquals(
        List.of("g", "g"), parameters.stream().map(p -> p.slices().getFirst().name()).toList());
  }

  @Test
  void weightsOfTwoOperandsNeverShareAName() {
    assertProblem(
        "weight_s_inner: expected a name that is not taken, but another parameter has it; give the"
            + " vector, state or linear another name",
        c -> {
          var s = c.state("s_inner");
          c.next("s_inner", tanh(c.linear("s", tanh(s)).plus(c.linear("t", s))));
        });
  }

  @Test
  void unusedLinearAndUnusedVectorAreRefused() {
    assertProblem(
        "linear g is unused",
        c -> {
          c.linear("g", c.input());
          c.next("h", c.state("h"));
        });
    assertProblem(
        "vector u is unused",
        c -> {
          c.vector("u");
          c.next("h", c.state("h"));
        });
  }

  @Test
  void linearOfNothingOrOfAScalarIsRefused() {
    assertProblem("linear g: expected at least one operand, got none", c -> c.linear("g"));
    assertProblem(
        "linear g: expected a row of numbers as operand, got a scalar",
        c -> c.linear("g", c.constant(1)));
  }

  @Test
  void valueOfAnotherDefinitionIsRefused() {
    var foreign = new AtomicReference<Value>();
    CellDefinition.named(
        "other",
        c -> {
          foreign.set(c.state("h"));
          c.next("h", c.state("h"));
        });
    var end = ": expected a value of this cell, got one of another definition";
    assertProblem("plus" + end, c -> c.next("h", c.state("h").plus(foreign.get())));
    assertProblem("linear g" + end, c -> c.next("h", c.linear("g", foreign.get())));
    assertProblem(
        "next h" + end,
        c -> {
          c.state("h");
          c.next("h", foreign.get());
        });
    assertProblem("clipGradient" + end, c -> c.clipGradient(foreign.get(), 1));
  }

  @Test
  void ratesAndLimitsOutsideTheirRangeAreRefused() {
    assertProblem("keepMask: expected a rate in [0, 1), got 1.0", c -> c.keepMask(1));
    assertProblem("keepMask: expected a rate in [0, 1), got -0.1", c -> c.keepMask(-0.1));
    assertProblem("keepMask: expected a rate in [0, 1), got NaN", c -> c.keepMask(Double.NaN));
    assertProblem(
        "clipGradient: expected a limit above 0, got 0.0", c -> c.clipGradient(c.input(), 0));
  }

  @Test
  void outputOfAnUnknownStateIsRefused() {
    assertProblem(
        "output: expected a state out of [h], got y",
        c -> {
          c.next("h", c.state("h"));
          c.output("y");
        });
  }

  @Test
  void vectorWithTheNameOfAWeightIsRefused() {
    assertProblem(
        "weight_h: expected a name that is not taken, but another parameter has it; give the"
            + " vector, state or linear another name",
        c -> c.next("h", c.linear("h", c.state("h")).plus(c.vector("weight_h"))));
  }

  @Test
  void cellWithoutNameIsRefused() {
    assertThrows(
        CellDefinitionException.class,
        () -> CellDefinition.named(" ", c -> c.next("h", c.state("h"))));
  }

  @Test
  void initialBiasOfAnUnknownLinearIsRefused() {
    var error =
        assertThrows(CellDefinitionException.class, () -> Cells.LSTM.withInitialBias("forget", 1));
    assertEquals("cell lstm: initial bias: expected a linear, got forget", error.getMessage());
  }

  @Test
  void sizesOfACellAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> CellSizes.of(0, 3));
    assertThrows(IllegalArgumentException.class, () -> CellSizes.of(3, 0));
  }

  /** PyTorch: 4 · 512 · (256 + 512) weights, and one of its two biases. */
  @Test
  void lstmHasTheParametersOfTheTextbooks() {
    var program = Cells.LSTM.program(CellSizes.of(256, 512));
    assertEquals(4L * 512 * (256 + 512) + 4 * 512, program.parameterCount());
    assertEquals(2L * 4 * 512 * (256 + 512), program.productFlops());
    assertEquals(512, program.outputSize());
    var without = Cells.LSTM.program(new CellSizes(256, 512, Bias.WITHOUT));
    assertEquals(4L * 512 * (256 + 512), without.parameterCount());
  }

  private static void assertProblem(String problem, Consumer<CellBuilder> equations) {
    var error =
        assertThrows(CellDefinitionException.class, () -> CellDefinition.named("test", equations));
    assertEquals("cell test: " + problem, error.getMessage());
  }
}
