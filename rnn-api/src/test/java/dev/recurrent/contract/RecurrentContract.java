package dev.recurrent.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.cell.Functions;
import dev.recurrent.cell.ParameterSpec;
import dev.recurrent.contract.CellProblem.Given;
import dev.recurrent.contract.CellProblem.Lie;
import dev.recurrent.contract.CellProblem.Setup;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.SequenceLayout;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What compiled cells promise: the numbers of the reference, forward and backward. */
interface RecurrentContract extends ContractSubject {
  /** Sizes below, at and above the usual numbers of lanes, and of two vectors and a rest. */
  int[] HIDDEN = {1, 3, 8, 15, 16, 17, 35};

  int[] INPUTS = {8, 1, 17, 3, 35, 16, 15};
  int[] STEPS = {1, 2, 5};
  int[] BATCHES = {1, 3, 7, 17};

  static Stream<CellDefinition> catalogue() {
    return Cells.all().stream();
  }

  static Stream<CellDefinition> awkwardCells() {
    return AwkwardCells.all().stream();
  }

  /** Returns how far a number below 1 may be off that is computed of a few others. */
  default double rounding() {
    return 3e-7;
  }

  /** Returns how many random cells the gate tries; fewer than 500 only with a reason. */
  default int randomCells() {
    return 500;
  }

  @ParameterizedTest
  @MethodSource("catalogue")
  default void cellMatchesReferenceAtEverySize(CellDefinition cell) {
    for (int k = 0; k < HIDDEN.length; k++) {
      var program = cell.program(CellSizes.of(INPUTS[k], HIDDEN[k]));
      try (var tested = backend().compile(program);
          var expected = reference().compile(program)) {
        for (var direction : Direction.values()) {
          int steps = STEPS[(k + direction.ordinal()) % STEPS.length];
          var layout = ragged(steps, BATCHES[(k + 1) % BATCHES.length], k);
          var lie = Lie.values()[(k + direction.ordinal()) % 2];
          var setup = Setup.of(program, layout, k).with(direction).with(lie);
          compare(tested, expected, setup.with(Mode.TRAINING));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("catalogue")
  default void cellWithoutBiasMatchesReference(CellDefinition cell) {
    compare(
        Setup.of(cell.program(new CellSizes(5, 17, CellSizes.Bias.WITHOUT)), ragged(5, 3, 2), 77));
  }

  static Stream<CellDefinition> regularizedCells() {
    return Stream.concat(
        Cells.all().stream().map(cell -> cell.withZoneout(0.2).withRecurrentDropout(0.4)),
        Stream.of(Cells.LSTM.withZoneout("c", 0.5), Cells.GRU.withRecurrentDropout(0.3)));
  }

  @ParameterizedTest
  @MethodSource("regularizedCells")
  default void regularizedCellMatchesReference(CellDefinition cell) {
    for (int hidden : new int[] {1, 17}) {
      var program = cell.program(CellSizes.of(5, hidden));
      try (var tested = backend().compile(program);
          var expected = reference().compile(program)) {
        for (var direction : Direction.values()) {
          var setup = Setup.of(program, ragged(5, 7, hidden), 21).with(direction);
          compare(tested, expected, setup.with(Mode.TRAINING));
          compare(tested, expected, setup.with(Mode.INFERENCE).with(Given.NONE));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("awkwardCells")
  default void awkwardCellMatchesReference(CellDefinition cell) {
    for (int hidden : new int[] {1, 5, 17}) {
      for (var direction : Direction.values()) {
        var program = cell.program(CellSizes.of(3, hidden));
        var setup = Setup.of(program, ragged(4, 7, hidden), 12).with(direction);
        compare(setup.with(Mode.TRAINING).with(Lie.VIEW));
        compare(setup.with(Given.NONE));
      }
    }
  }

  /**
   * h' = tanh(A h + (B x + C h)) for A = 0.6, B = 0.5, C = -0.3 and x = h = 1, by hand: two
   * products of h in one sum, of which the backend cpu once lost the first and gave tanh(0.2).
   */
  @Test
  default void sumOfTwoProductsOfOneStateKeepsBoth() {
    var grouped =
        CellDefinition.named(
            "grouped",
            c -> {
              var h = c.state("h");
              int size = c.hiddenSize();
              c.next(
                  "h",
                  Functions.tanh(c.product("a", size, h).plus(c.product("b", size, c.input(), h))));
            });
    var linears =
        CellDefinition.named(
            "linears",
            c -> {
              var h = c.state("h");
              c.next("h", Functions.tanh(c.linear("a", h).plus(c.linear("b", c.input(), h))));
            });
    for (var cell : List.of(grouped, linears)) {
      var program = cell.program(new CellSizes(1, 1, CellSizes.Bias.WITHOUT));
      for (var mode : Mode.values()) {
        var setup = Setup.of(program, SequenceLayout.ofLengths(1), 1).with(mode);
        try (var kernel = backend().compile(program);
            var problem = new CellProblem(backend(), setup)) {
          var forward = problem.forwardCall();
          var backward = problem.backwardCall();
          var weights = program.parameters().stream().map(ParameterSpec::name).toList();
          assertEquals(List.of("weight_h", "weight_input"), weights);
          problem.setRow(forward.parameters().get(0), 0, new float[] {0.6f});
          problem.setRow(forward.parameters().get(0), 1, new float[] {-0.3f});
          problem.setRow(forward.parameters().get(1), 0, new float[] {0.5f});
          problem.setRow(forward.input(), 0, new float[] {1});
          problem.setRow(forward.initialStates().getFirst(), 0, new float[] {1});
          problem.setRow(backward.dOutput(), 0, new float[] {1});
          problem.setRow(backward.dFinalStates().getFirst(), 0, new float[] {0});
          backward.dParameters().forEach(d -> zero(problem, d));
          problem.run(kernel);
          var what = cell.name() + " in " + mode;
          assertEquals(0.66403675f, problem.row(forward.output(), 0)[0], (float) rounding(), what);
          if (mode != Mode.INFERENCE) {
            double d = 1 - 0.66403675 * 0.66403675;
            assertEquals(
                d, problem.row(backward.dParameters().get(0), 0)[0], rounding(), what + ", dA");
            assertEquals(
                d, problem.row(backward.dParameters().get(0), 1)[0], rounding(), what + ", dC");
            assertEquals(
                d, problem.row(backward.dParameters().get(1), 0)[0], rounding(), what + ", dB");
            assertEquals(0.5 * d, problem.row(backward.dInput(), 0)[0], rounding(), what + ", dx");
            assertEquals(
                (0.6 - 0.3) * d,
                problem.row(backward.dInitialStates().getFirst(), 0)[0],
                rounding(),
                what + ", dh");
          }
        }
      }
    }
  }

  private static void zero(CellProblem problem, Matrix matrix) {
    for (int row = 0; row < matrix.rows(); row++) {
      problem.setRow(matrix, row, new float[matrix.columns()]);
    }
  }

  /** Compilers must not recurse, nor write methods too large, over a cell that is very deep. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  default void cellOf1900ChainedOperationsMatchesReference(boolean scalar) {
    var cell =
        CellDefinition.named(
            "deep" + scalar,
            c -> {
              var h = c.state("h");
              var v = c.linear("l", c.input(), h);
              var start = scalar ? Functions.mean(v) : v;
              for (int k = 0; k < 950; k++) {
                start = start.times(k % 2 == 0 ? 0.5 : 2).plus(0.001);
              }
              c.next("h", Functions.tanh(start.plus(v)));
            });
    compare(Setup.of(cell.program(CellSizes.of(3, 5)), ragged(2, 3, 1), 4).with(Mode.TRAINING));
  }

  static Stream<FixedCells.FixedCell> fixedCells() {
    return FixedCells.all().stream();
  }

  @ParameterizedTest
  @MethodSource("fixedCells")
  default void fixedCellHasTheNumbersOfPyTorch(FixedCells.FixedCell cell) {
    var got = FixedCells.results(backend(), cell.trial());
    var setup = cell.trial().setup(cell.trial().program());
    var expected = new float[cell.expected().length];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = (float) cell.expected()[i];
    }
    Tolerance.assertClose(expected, got, tolerance(setup, "dParameters"), cell.toString());
  }

  @Test
  default void randomCellsMatchReference() {
    new RandomCellComparison(this).run(1000, randomCells());
  }

  @Test
  @Tag("reliability")
  default void tenThousandRandomCellsMatchReference() {
    new RandomCellComparison(this).run(100_000, 10_000);
  }

  @Test
  default void everyNumberOfStepsAndSequencesMatchesReference() {
    for (var cell : List.of(Cells.LSTM, Cells.GRU_RESET_BEFORE)) {
      var program = cell.program(CellSizes.of(3, 17));
      try (var tested = backend().compile(program);
          var expected = reference().compile(program)) {
        for (int steps : STEPS) {
          for (int batch : BATCHES) {
            for (var direction : Direction.values()) {
              var uniform = SequenceLayout.uniform(steps, batch);
              compare(tested, expected, Setup.of(program, uniform, 5).with(direction));
              var ragged = ragged(steps, batch, steps + batch);
              compare(tested, expected, Setup.of(program, ragged, 6).with(direction));
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("catalogue")
  default void whatIsOptionalMayBeLeftOut(CellDefinition cell) {
    var program = cell.program(CellSizes.of(3, 9));
    for (var direction : Direction.values()) {
      var setup = Setup.of(program, ragged(3, 7, 9), 9).with(direction);
      compare(setup.with(Given.NONE));
    }
  }

  @Test
  default void batchesWithoutAnyStepPassTheirStatesThrough() {
    var program = Cells.LSTM.program(CellSizes.of(3, 5));
    compare(Setup.of(program, SequenceLayout.ofLengths(0, 0, 0), 1));
    compare(Setup.of(program, SequenceLayout.ofLengths(0, 0), 1).with(Given.NONE));
    compare(Setup.of(program, SequenceLayout.ofLengths(), 1));
  }

  /** Compares one run, forward and backward, on both backends. */
  default void compare(Setup setup) {
    try (var tested = backend().compile(setup.program());
        var expected = reference().compile(setup.program())) {
      compare(tested, expected, setup);
    }
  }

  /** Compares one run of two kernels. */
  default void compare(RecurrentKernel tested, RecurrentKernel expected, Setup setup) {
    try (var a = new CellProblem(backend(), setup);
        var b = new CellProblem(reference(), setup)) {
      a.run(tested);
      b.run(expected);
      assertClose(b, a, setup);
    }
  }

  /** Asserts that all results of two problems of the same setup agree. */
  default void assertClose(CellProblem expected, CellProblem tested, Setup setup) {
    var wanted = expected.results();
    var got = tested.results();
    for (int i = 0; i < wanted.size(); i++) {
      var name = wanted.get(i).name();
      Tolerance.assertClose(
          wanted.get(i).elements(),
          got.get(i).elements(),
          tolerance(setup, name),
          describe(setup) + name);
    }
  }

  /** Returns what one result of a setup may be off. */
  default double tolerance(Setup setup, String result) {
    boolean summed = result.startsWith("dParameter");
    return tolerance(longestSum(setup.program()), summed ? setup.layout().totalRows() : 0);
  }

  /**
   * Adds up what may be off, as a part of a number, or of 1 for those below: the longest sum of
   * products within a step, twice as the error of one step is carried on to the next ones, and for
   * parameters the sum over all rows.
   *
   * @param longest the terms of the longest sum within a step
   * @param rows the rows that a gradient of a parameter is summed over, 0 for other results
   */
  default double tolerance(int longest, int rows) {
    return leniency() * (Tolerance.ofSum(8 + 2 * longest) + Tolerance.ofSum(rows));
  }

  private static int longestSum(CellProgram program) {
    return program.parameters().stream()
        .filter(ParameterSpec::isWeight)
        .mapToInt(weight -> Math.max(weight.columns(), weight.rows()))
        .max()
        .orElse(1);
  }

  private static String describe(Setup setup) {
    return "%s %s, lengths %s, %s, %s: "
        .formatted(
            setup.program().name(),
            setup.program().sizes(),
            java.util.stream.IntStream.range(0, setup.layout().batch())
                .mapToObj(setup.layout()::sortedLength)
                .toList(),
            setup.direction(),
            setup.mode());
  }

  /** Returns lengths from 0 to {@code steps} in no order, with at least one of each. */
  static SequenceLayout ragged(int steps, int batch, long seed) {
    var random = new SplittableRandom(seed);
    var lengths = new int[batch];
    for (int i = 0; i < batch; i++) {
      lengths[i] = random.nextInt(steps + 1);
    }
    lengths[batch / 2] = steps;
    if (batch > 2) {
      lengths[0] = 0;
    }
    return SequenceLayout.ofLengths(lengths);
  }
}
