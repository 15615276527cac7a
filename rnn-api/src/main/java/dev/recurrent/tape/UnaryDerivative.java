package dev.recurrent.tape;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.PointwiseProgram;
import java.util.EnumMap;
import java.util.Map;

/** Builds the programs that turn dy and y = f(x) into dx, for every function that cells know. */
final class UnaryDerivative {
  private static final Map<UnaryOp, PointwiseProgram> PROGRAMS = programs();

  private UnaryDerivative() {}

  /** Returns the program with inputs dy and y, and output dx. */
  static PointwiseProgram of(UnaryOp function) {
    return java.util.Objects.requireNonNull(PROGRAMS.get(function));
  }

  private static Map<UnaryOp, PointwiseProgram> programs() {
    var programs = new EnumMap<UnaryOp, PointwiseProgram>(UnaryOp.class);
    for (var function : UnaryOp.values()) {
      programs.put(function, program(function));
    }
    return programs;
  }

  private static PointwiseProgram program(UnaryOp function) {
    var p = new PointwiseProgram.Builder("d" + function);
    int dy = p.input();
    int y = p.input();
    int one = p.constant(1);
    int slope =
        switch (function) {
          case SIGMOID -> p.apply(BinaryOp.TIMES, y, p.apply(BinaryOp.MINUS, one, y));
          case TANH -> p.apply(BinaryOp.MINUS, one, p.apply(BinaryOp.TIMES, y, y));
          case RELU -> p.apply(BinaryOp.GREATER, y, p.constant(0));
          case EXP -> y;
          case LOG -> p.apply(UnaryOp.EXP, p.apply(UnaryOp.NEGATE, y));
          case SQRT -> p.apply(BinaryOp.DIVIDE, p.constant(0.5), y);
          case NEGATE -> p.constant(-1);
          case RECIPROCAL -> p.apply(UnaryOp.NEGATE, p.apply(BinaryOp.TIMES, y, y));
          case SOFTPLUS ->
              p.apply(BinaryOp.MINUS, one, p.apply(UnaryOp.EXP, p.apply(UnaryOp.NEGATE, y)));
        };
    return p.output(p.apply(BinaryOp.TIMES, dy, slope)).build();
  }
}
