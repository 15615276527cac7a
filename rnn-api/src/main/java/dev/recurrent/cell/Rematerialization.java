package dev.recurrent.cell;

import dev.recurrent.cell.Derivative.ParameterGradient;
import dev.recurrent.cell.Instruction.Binary;
import dev.recurrent.cell.Instruction.Broadcast;
import dev.recurrent.cell.Instruction.ClipGradient;
import dev.recurrent.cell.Instruction.LinearTransposed;
import dev.recurrent.cell.Instruction.RowSum;
import dev.recurrent.cell.Instruction.Saved;
import dev.recurrent.cell.Instruction.Unary;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Decides which forward values a derivative reads from memory and which it computes again, and
 * drops what nothing needs. A value is computed again when that costs a few additions or products
 * of values that are at hand anyway: memory traffic costs more than those.
 */
final class Rematerialization {
  private final CellProgram cell;
  private final Derivative derivative;
  private final TreeSet<Integer> saved = new TreeSet<>();
  private final CodeBuilder code = new CodeBuilder();
  private final int[] moved;

  private Rematerialization(Derivative derivative) {
    this.cell = derivative.cell();
    this.derivative = derivative;
    this.moved = new int[derivative.code().size()];
  }

  static Derivative apply(Derivative derivative) {
    return new Rematerialization(derivative).run();
  }

  private Derivative run() {
    var roots = new ArrayList<Integer>(derivative.stateGradients());
    derivative.parameterGradients().forEach(gradient -> roots.add(gradient.value()));
    if (derivative.inputGradient() >= 0) {
      roots.add(derivative.inputGradient());
    }
    var used = CodeBuilder.reachable(derivative.code(), roots);
    chooseSaved(
        used.stream()
            .mapToObj(derivative.code()::get)
            .filter(Saved.class::isInstance)
            .map(instruction -> ((Saved) instruction).value())
            .sorted()
            .toList());
    used.stream().forEach(i -> moved[i] = move(derivative.code().get(i)));
    return new Derivative(
        cell,
        code.code(),
        List.copyOf(saved),
        derivative.stateGradients().stream().map(id -> moved[id]).toList(),
        derivative.parameterGradients().stream()
            .map(g -> new ParameterGradient(g.parameter(), g.offset(), g.rows(), moved[g.value()]))
            .toList(),
        derivative.inputGradient() < 0 ? -1 : moved[derivative.inputGradient()]);
  }

  /** Takes the needed values in the order of computation, so that operands are decided first. */
  private void chooseSaved(List<Integer> needed) {
    for (int value : needed) {
      if (!recomputable(value)) {
        saved.add(value);
      }
    }
  }

  private boolean recomputable(int value) {
    if (saved.contains(value)) {
      return false;
    }
    return switch (cell.code().get(value)) {
      case Unary unary -> !unary.op().costly() && atHand(unary.a());
      case Binary binary ->
          binary.op() != BinaryOp.DIVIDE && atHand(binary.a()) && atHand(binary.b());
      case ClipGradient clip -> atHand(clip.a());
      case Broadcast broadcast -> atHand(broadcast.a());
      default -> false;
    };
  }

  private boolean atHand(int value) {
    return switch (cell.code().get(value)) {
      case Instruction.Input _, Instruction.State _ -> true;
      case Instruction.Vector _, Instruction.Constant _ -> true;
      default -> saved.contains(value) || cell.next().contains(value) || recomputable(value);
    };
  }

  private int move(Instruction instruction) {
    return switch (instruction) {
      case Saved read -> forward(read.value());
      case Unary unary -> code.emit(new Unary(unary.op(), moved[unary.a()], unary.width()));
      case Binary binary ->
          code.emit(new Binary(binary.op(), moved[binary.a()], moved[binary.b()], binary.width()));
      case RowSum sum -> code.emit(new RowSum(moved[sum.a()]));
      case Broadcast broadcast -> code.emit(new Broadcast(moved[broadcast.a()], broadcast.width()));
      case LinearTransposed product ->
          code.emit(
              new LinearTransposed(
                  product.parameter(),
                  product.operands().stream().map(id -> moved[id]).toList(),
                  product.width()));
      default -> code.emit(instruction);
    };
  }

  /** Reads a forward value, or computes it again. */
  private int forward(int value) {
    var instruction = cell.code().get(value);
    if (saved.contains(value)) {
      return code.emit(new Saved(value, instruction.width()));
    }
    int state = cell.next().indexOf(value);
    return switch (instruction) {
      case Instruction.Input _, Instruction.State _ -> code.emit(instruction);
      case Instruction.Vector _, Instruction.Constant _ -> code.emit(instruction);
      case Instruction _ when state >= 0 ->
          code.emit(new Instruction.NextState(state, instruction.width()));
      case Unary unary -> code.emit(new Unary(unary.op(), forward(unary.a()), unary.width()));
      case Binary binary ->
          code.emit(
              new Binary(binary.op(), forward(binary.a()), forward(binary.b()), binary.width()));
      case ClipGradient clip -> forward(clip.a());
      case Broadcast broadcast ->
          code.emit(new Broadcast(forward(broadcast.a()), broadcast.width()));
      default -> throw new IllegalStateException("neither saved nor at hand: " + instruction);
    };
  }
}
