package dev.recurrent.contract;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.Initializer;
import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.Instruction.Binary;
import dev.recurrent.cell.Instruction.Broadcast;
import dev.recurrent.cell.Instruction.ClipGradient;
import dev.recurrent.cell.Instruction.Linear;
import dev.recurrent.cell.Instruction.RowSum;
import dev.recurrent.cell.Instruction.Unary;
import dev.recurrent.cell.ParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A program in which each computed value is off by half a unit in the last place, up or down; that
 * of a function by more.
 */
final class RoundedProgram {
  private static final double HALF_UNIT = 0x1p-24;

  /** How many times further off than a rounding an approximated function may be. */
  private static final double FUNCTION = 4;

  private RoundedProgram() {}

  /** Returns a factor next to 1. */
  static double rounding(SplittableRandom random) {
    return 1 + (random.nextBoolean() ? HALF_UNIT : -HALF_UNIT);
  }

  /**
   * Returns the program with one more parameter, the last: a vector with a number from -1.5 to 1.5
   * for each column of each computed value, which is that many half units off.
   */
  static CellProgram of(CellProgram program, SplittableRandom random) {
    var code = new ArrayList<Instruction>();
    var slices = new ArrayList<ParameterSpec.Slice>();
    int rows = 0;
    var moved = new int[program.code().size()];
    for (int i = 0; i < moved.length; i++) {
      var instruction = move(program.code().get(i), moved);
      int width = instruction.width();
      code.add(instruction);
      moved[i] = code.size() - 1;
      if (!instruction.operands().isEmpty()) {
        boolean approximated = instruction instanceof Unary unary && unary.op().costly();
        double off = (approximated ? FUNCTION : 1) * (rounding(random) - 1);
        if (width == Instruction.SCALAR) {
          code.add(new Instruction.Constant(1 + off));
        } else {
          int vector = add(code, new Instruction.Vector(program.parameters().size(), rows, width));
          int scaled = times(code, vector, new Instruction.Constant(off));
          int one = add(code, new Instruction.Constant(1));
          add(code, new Binary(BinaryOp.PLUS, scaled, one, width));
          slices.add(new ParameterSpec.Slice("r" + i, rows, width, Initializer.constant(0)));
          rows += width;
        }
        code.add(new Binary(BinaryOp.TIMES, moved[i], code.size() - 1, width));
        moved[i] = code.size() - 1;
      }
    }
    var parameters = new ArrayList<ParameterSpec>();
    program.parameters().forEach(spec -> parameters.add(move(spec, moved)));
    parameters.add(new ParameterSpec("rounding", ParameterSpec.Kind.VECTOR, rows, 1, -1, slices));
    return new CellProgram(
        program.name(),
        program.sizes(),
        program.states(),
        parameters,
        code,
        program.next().stream().map(i -> moved[i]).toList(),
        program.output());
  }

  private static int add(List<Instruction> code, Instruction instruction) {
    code.add(instruction);
    return code.size() - 1;
  }

  private static int times(List<Instruction> code, int a, Instruction.Constant constant) {
    int b = add(code, constant);
    return add(code, new Binary(BinaryOp.TIMES, a, b, code.get(a).width()));
  }

  private static ParameterSpec move(ParameterSpec spec, int[] moved) {
    int operand = spec.isWeight() ? moved[spec.operand()] : spec.operand();
    return new ParameterSpec(
        spec.name(), spec.kind(), spec.rows(), spec.columns(), operand, spec.slices());
  }

  private static Instruction move(Instruction instruction, int[] moved) {
    return switch (instruction) {
      case Linear linear ->
          new Linear(linear.parameter(), linear.offset(), moved[linear.operand()], linear.width());
      case Unary unary -> new Unary(unary.op(), moved[unary.a()], unary.width());
      case Binary binary ->
          new Binary(binary.op(), moved[binary.a()], moved[binary.b()], binary.width());
      case RowSum sum -> new RowSum(moved[sum.a()]);
      case ClipGradient clip -> new ClipGradient(moved[clip.a()], clip.limit(), clip.width());
      case Broadcast broadcast -> new Broadcast(moved[broadcast.a()], broadcast.width());
      default -> instruction;
    };
  }
}
