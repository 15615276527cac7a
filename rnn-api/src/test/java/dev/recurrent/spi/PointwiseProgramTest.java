package dev.recurrent.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.PointwiseProgram.Step;
import java.util.List;
import org.junit.jupiter.api.Test;

class PointwiseProgramTest {
  @Test
  void stepsAreInTheOrderOfTheCalls() {
    var builder = new PointwiseProgram.Builder("p");
    int a = builder.input();
    int b = builder.input();
    int s = builder.scalar();
    int product = builder.apply(BinaryOp.TIMES, b, s);
    builder.output(builder.apply(UnaryOp.EXP, product)).output(a);
    var program = builder.build();
    assertEquals("p", program.name());
    assertEquals(2, program.inputs());
    assertEquals(1, program.scalars());
    assertEquals(
        List.of(
            new Step.Input(0),
            new Step.Input(1),
            new Step.Scalar(0),
            new Step.Binary(BinaryOp.TIMES, 1, 2),
            new Step.Unary(UnaryOp.EXP, 3)),
        program.code());
    assertEquals(List.of(4, 0), program.outputs());
  }

  @Test
  void equalStepsAreComputedOnce() {
    var builder = new PointwiseProgram.Builder("p");
    int a = builder.input();
    assertEquals(builder.apply(UnaryOp.EXP, a), builder.apply(UnaryOp.EXP, a));
    assertEquals(builder.constant(2), builder.constant(2));
    assertEquals(3, builder.build().code().size());
  }

  @Test
  void programsCannotBeChanged() {
    var builder = new PointwiseProgram.Builder("p");
    builder.output(builder.input());
    var program = builder.build();
    builder.output(builder.input());
    assertEquals(1, program.code().size());
    assertThrows(UnsupportedOperationException.class, () -> program.outputs().add(0));
  }
}
