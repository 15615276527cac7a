package dev.recurrent.reference;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.cell.Functions;
import dev.recurrent.contract.AwkwardCells;
import dev.recurrent.contract.CellProblem;
import dev.recurrent.contract.CellProblem.Setup;
import dev.recurrent.contract.RandomCells;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.SequenceLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checks derived derivatives against differences of the forward pass, in double precision. The loss
 * is the inner product of output and final states with their given gradients.
 */
class CellGradientTest {
  /**
   * The difference quotient of fourth order has an error of h⁴ L⁽⁵⁾ / 30, far below 1e-10 even for
   * the layer norm of a row with little variance, and one of about 2⁻⁵² |L| / h = 1e-9 from
   * rounding.
   */
  private static final double STEP = 1e-5;

  private static final double TOLERANCE = 1e-6;

  /** Lengths in no order, with a sequence of length 0. */
  private static final SequenceLayout RAGGED = SequenceLayout.ofLengths(2, 0, 4, 1);

  private static Stream<CellDefinition> cells() {
    var others =
        Stream.of(
            Cells.elman("elman-softplus", Functions::softplus),
            Cells.elman("elman-sigmoid", Functions::sigmoid),
            Cells.elman("elman-exp", a -> Functions.exp(a.negate().times(0.5))),
            Cells.elman("elman-layernorm", a -> Functions.tanh(Functions.layerNorm(a))),
            Cells.elman("elman-linear", a -> a),
            Cells.lstmWithProjection(1),
            Cells.lstmWithProjection(7));
    return Stream.of(Cells.all().stream(), AwkwardCells.all().stream(), others)
        .flatMap(cells -> cells);
  }

  private static Stream<CellDefinition> regularizedCells() {
    return Cells.all().stream().map(cell -> cell.withZoneout(0.3).withRecurrentDropout(0.25));
  }

  @ParameterizedTest
  @MethodSource({"cells", "regularizedCells"})
  void everyElementsDerivativeIsRight(CellDefinition cell) {
    for (var bias : CellSizes.Bias.values()) {
      for (var direction : Direction.values()) {
        checkElements(cell.program(new CellSizes(3, 4, bias)), direction);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void directionalDerivativesOfRandomCellsAreRight(Direction direction) {
    assertAll(
        LongStream.range(0, 300)
            .mapToObj(
                number ->
                    () ->
                        checkDirections(
                            RandomCells.cell(number).program(RandomCells.sizes(number)),
                            direction)));
  }

  /** Clipping keeps gradients within the limit at each step, and only there differs. */
  @Test
  void clipGradientLimitsWhatComesBackAndPassesTheValueOn() {
    double limit = 0.01;
    var clipped =
        CellDefinition.named(
            "clipped",
            c -> {
              var h = c.state("h", c.inputSize());
              c.next("h", c.clipGradient(h, limit).plus(c.input()));
            });
    try (var backend = new ReferenceBackend();
        var problem =
            new CellProblem(backend, Setup.of(clipped.program(CellSizes.of(3, 3)), RAGGED, 5));
        var kernel = backend.compile(clipped.program(CellSizes.of(3, 3)))) {
      problem.run(kernel);
      var call = problem.backwardCall();
      var initial = ReferenceStorage.copyOf(problem.forwardCall().initialStates().getFirst());
      var input = ReferenceStorage.copyOf(problem.forwardCall().input());
      var output = ReferenceStorage.copyOf(problem.forwardCall().output());
      assertEquals(initial[0] + input[0], output[0], 0, "the value is passed on");
      // Row 0 is the sequence of 4 steps: the gradient of a step is its own plus the clipped rest.
      var dInput = ReferenceStorage.copyOf(call.dInput());
      var dOutput = ReferenceStorage.copyOf(call.dOutput());
      var dFinal = ReferenceStorage.copyOf(call.dFinalStates().getFirst());
      for (int unit = 0; unit < 3; unit++) {
        double expected = dFinal[unit];
        for (int t = 3; t >= 0; t--) {
          expected += dOutput[RAGGED.rowStart(t) * 3 + unit];
          assertEquals(expected, dInput[RAGGED.rowStart(t) * 3 + unit], 1e-12);
          expected = Math.clamp(expected, -limit, limit);
        }
        double dInitial = ReferenceStorage.copyOf(call.dInitialStates().getFirst())[unit];
        assertEquals(expected, dInitial, 1e-12);
        assertEquals(limit, Math.abs(dInitial), 1e-12, "large gradients are cut");
      }
    }
  }

  private static void checkElements(CellProgram program, Direction direction) {
    check(
        program,
        direction,
        (tensor, random) -> {
          var directions = new ArrayList<double[]>();
          for (int i = 0; i < tensor.rows() * tensor.columns(); i++) {
            var unit = new double[tensor.rows() * tensor.columns()];
            unit[i] = 1;
            directions.add(unit);
          }
          return directions;
        });
  }

  private static void checkDirections(CellProgram program, Direction direction) {
    check(
        program,
        direction,
        (tensor, random) ->
            Stream.generate(() -> random.doubles(tensor.rows() * tensor.columns(), -1, 1).toArray())
                .limit(2)
                .toList());
  }

  /** Chooses along which directions the derivative with respect to a tensor is checked. */
  private interface Directions {
    List<double[]> of(Matrix tensor, SplittableRandom random);
  }

  private static void check(CellProgram program, Direction direction, Directions directions) {
    var setup = Setup.of(program, RAGGED, 11).with(direction).with(Mode.TRAINING);
    try (var backend = new ReferenceBackend();
        var problem = new CellProblem(backend, setup);
        var kernel = backend.compile(program)) {
      var forward = problem.forwardCall();
      var backward = problem.backwardCall();
      var before = backward.dParameters().stream().map(ReferenceStorage::copyOf).toList();
      problem.run(kernel);
      var loss = loss(problem, kernel);
      assertNotEquals(Double.NaN, loss.get());
      var random = new SplittableRandom(13);
      new Check(program.name() + " dInput", forward.input(), backward.dInput(), null)
          .run(directions, random, loss);
      for (int s = 0; s < forward.initialStates().size(); s++) {
        new Check(
                program.name() + " dInitialState " + s,
                forward.initialStates().get(s),
                backward.dInitialStates().get(s),
                null)
            .run(directions, random, loss);
      }
      for (int p = 0; p < forward.parameters().size(); p++) {
        new Check(
                program.name() + " d" + program.parameters().get(p).name(),
                forward.parameters().get(p),
                backward.dParameters().get(p),
                before.get(p))
            .run(directions, random, loss);
      }
    }
  }

  private static Supplier<Double> loss(CellProblem problem, RecurrentKernel kernel) {
    return () -> {
      try (var _ = kernel.forward(problem.forwardCall())) {
        var call = problem.backwardCall();
        double sum = innerProduct(problem.forwardCall().output(), call.dOutput());
        for (int s = 0; s < call.dFinalStates().size(); s++) {
          sum +=
              innerProduct(problem.forwardCall().finalStates().get(s), call.dFinalStates().get(s));
        }
        return sum;
      }
    };
  }

  private static double innerProduct(Matrix a, Matrix b) {
    return innerProduct(ReferenceStorage.copyOf(a), ReferenceStorage.copyOf(b));
  }

  private static double innerProduct(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /**
   * One tensor and the gradient claimed for it; {@code before} is what the gradient was added to.
   */
  private static final class Check {
    private final String name;
    private final double[] values;
    private final double[] gradient;
    private final Matrix tensor;

    Check(String name, Matrix tensor, Matrix gradient, double[] before) {
      this.name = name;
      this.tensor = tensor;
      this.values = ReferenceStorage.doubles(tensor.storage());
      this.gradient = ReferenceStorage.copyOf(gradient);
      for (int i = 0; before != null && i < before.length; i++) {
        this.gradient[i] -= before[i];
      }
    }

    void run(Directions directions, SplittableRandom random, Supplier<Double> loss) {
      for (var direction : directions.of(tensor, random)) {
        double expected =
            (8 * (lossAt(STEP, direction, loss) - lossAt(-STEP, direction, loss))
                    - (lossAt(2 * STEP, direction, loss) - lossAt(-2 * STEP, direction, loss)))
                / (12 * STEP);
        double actual = innerProduct(gradient, direction);
        assertEquals(expected, actual, TOLERANCE * Math.max(1, Math.abs(expected)), name);
      }
    }

    private double lossAt(double distance, double[] direction, Supplier<Double> loss) {
      var original = values.clone();
      for (int i = 0; i < direction.length; i++) {
        values[i] += distance * direction[i];
      }
      double result = loss.get();
      System.arraycopy(original, 0, values, 0, original.length);
      return result;
    }
  }
}
