package dev.recurrent.contract;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.Instruction.Binary;
import dev.recurrent.cell.Instruction.Broadcast;
import dev.recurrent.cell.Instruction.ClipGradient;
import dev.recurrent.cell.Instruction.Linear;
import dev.recurrent.cell.Instruction.RowSum;
import dev.recurrent.cell.Instruction.Unary;
import dev.recurrent.cell.ParameterSpec;
import java.util.ArrayList;
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

  static CellProgram of(CellProgram program, SplittableRandom random) {
    var code = new ArrayList<Instruction>();
    var moved = new int[program.code().size()];
    for (int i = 0; i < moved.length; i++) {
      var instruction = move(program.code().get(i), moved);
      code.add(instruction);
      moved[i] = code.size() - 1;
      if (!instruction.operands().isEmpty()) {
        boolean approximated = instruction instanceof Unary unary && unary.op().costly();
        double off = (approximated ? FUNCTION : 1) * (rounding(random) - 1);
        code.add(new Instruction.Constant(1 + off));
        code.add(new Binary(BinaryOp.TIMES, moved[i], code.size() - 1, instruction.width()));
        moved[i] = code.size() - 1;
      }
    }
    return new CellProgram(
        program.name(),
        program.sizes(),
        program.states(),
        program.parameters().stream().map(spec -> move(spec, moved)).toList(),
        code,
        program.next().stream().map(i -> moved[i]).toList(),
        program.output());
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
