package dev.recurrent.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.contract.CellProblem.Given;
import dev.recurrent.contract.CellProblem.Setup;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.tape.Tape;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the derivative of each function is: within a compiled cell, and on the tape. */
interface DerivativeContract extends ContractSubject {
  /** Where a result is accurate to its own size; others are to the size of 1. */
  double RELATIVE = Tolerance.ofFunction() * 4;

  /** Returns arguments from -30 to 30 at which the function is differentiable. */
  private static float[] arguments(UnaryOp op) {
    var all = new float[241];
    for (int i = 0; i < all.length; i++) {
      float x = (i - 120) / 4f;
      all[i] =
          switch (op) {
            case LOG, SQRT -> Math.max(Math.abs(x), 0x1p-20f);
            case RECIPROCAL, RELU -> x == 0 ? 0.25f : x;
            default -> x;
          };
    }
    return all;
  }

  /** Returns the derivative in double precision, computed from the argument alone. */
  private static double expected(UnaryOp op, double x) {
    return switch (op) {
      case SIGMOID -> 1 / (2 + Math.exp(x) + Math.exp(-x));
      case TANH -> 1 / Math.pow(Math.cosh(x), 2);
      case RELU -> x > 0 ? 1 : 0;
      case EXP -> Math.exp(x);
      case LOG -> 1 / x;
      case SQRT -> 0.5 / Math.sqrt(x);
      case NEGATE -> -1;
      case RECIPROCAL -> -1 / (x * x);
      case SOFTPLUS -> 1 / (1 + Math.exp(-x));
    };
  }

  private static void assertDerivatives(UnaryOp op, float[] x, float[] got) {
    for (int i = 0; i < x.length; i++) {
      double wanted = expected(op, x[i]);
      // What is computed from y is known as well as y is, next to 1 or -1.
      boolean saturates = op == UnaryOp.SIGMOID || op == UnaryOp.TANH;
      double size = saturates ? 1 : Math.abs(wanted);
      assertEquals(wanted, got[i], RELATIVE * size, op + "' at " + x[i]);
    }
  }

  @ParameterizedTest
  @EnumSource
  default void tapesDerivativeIsRightFromMinus30To30(UnaryOp op) {
    var x = arguments(op);
    var ones = new float[x.length];
    Arrays.fill(ones, 1);
    try (var tape = Tape.training(backend(), 1)) {
      var argument = tape.variable(x, 1, x.length);
      tape.backward(argument.apply(op).multiply(tape.constant(ones, x.length, 1)));
      assertDerivatives(op, x, tape.read(argument.gradient()));
    }
  }

  @ParameterizedTest
  @EnumSource
  default void cellsDerivativeIsRightFromMinus30To30(UnaryOp op) {
    var x = arguments(op);
    var cell =
        CellDefinition.named(
            "derivative-of-" + op,
            c -> {
              c.state("h", c.inputSize());
              c.next("h", RandomCell.apply(op, c.input()));
            });
    var program = cell.program(CellSizes.of(x.length, 1));
    var setup = Setup.of(program, SequenceLayout.ofLengths(1), 1).with(Given.ALL);
    try (var kernel = backend().compile(program);
        var problem = new CellProblem(backend(), setup)) {
      var ones = new float[x.length];
      Arrays.fill(ones, 1);
      problem.setRow(problem.forwardCall().input(), 0, x);
      problem.setRow(problem.backwardCall().dOutput(), 0, ones);
      problem.setRow(problem.backwardCall().dFinalStates().getFirst(), 0, new float[x.length]);
      problem.run(kernel);
      assertDerivatives(op, x, problem.row(problem.backwardCall().dInput(), 0));
    }
  }
}
