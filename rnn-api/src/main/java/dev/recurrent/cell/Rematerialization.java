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
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Decides which forward values a derivative reads from memory and which it computes again, and
 * drops what nothing needs. A value is computed again when that costs a few additions or products
 * of values that are at hand anyway: memory traffic costs more than those. One pass in the order of
 * computation decides.
 */
final class Rematerialization {
  /** The operations that one value may cost; LSTM and GRU need 2 at most. */
  private static final int MOST_RECOMPUTED = 16;

  private static final int UNAFFORDABLE = 1 << 20;

  private final CellProgram cell;
  private final Derivative derivative;
  private final TreeSet<Integer> saved = new TreeSet<>();
  private final CodeBuilder code = new CodeBuilder();
  private final BitSet isNext = new BitSet(); // by forward value
  private final int[] cost; // by forward value: operations that compute it again
  private final int[] moved; // by value of the derivative
  private final Map<Integer, Integer> emitted = new HashMap<>(); // by forward value

  private Rematerialization(Derivative derivative) {
    this.cell = derivative.cell();
    this.derivative = derivative;
    this.cost = new int[cell.code().size()];
    this.moved = new int[derivative.code().size()];
    cell.next().forEach(isNext::set);
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
    var needed = new BitSet();
    used.stream()
        .mapToObj(derivative.code()::get)
        .filter(Saved.class::isInstance)
        .forEach(instruction -> needed.set(((Saved) instruction).value()));
    chooseSaved(needed);
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

  /**
   * Decides in the order of computation, so that operands are decided first: a value is at hand
   * where it is read from outside, saved, or computed from values at hand by at most {@link
   * #MOST_RECOMPUTED} operations; a needed value that is not is saved.
   */
  private void chooseSaved(BitSet needed) {
    for (int value = 0; value < cell.code().size(); value++) {
      cost[value] = isNext.get(value) ? 0 : cost(cell.code().get(value));
      if (cost[value] > MOST_RECOMPUTED) {
        if (needed.get(value)) {
          saved.add(value);
        }
        cost[value] = needed.get(value) ? 0 : UNAFFORDABLE;
      }
    }
  }

  /**
   * Returns the operations that compute a value from what is at hand; what they share counts twice.
   */
  private int cost(Instruction instruction) {
    return switch (instruction) {
      case Instruction.Input _, Instruction.State _ -> 0;
      case Instruction.Vector _, Instruction.Constant _ -> 0;
      case Unary unary -> unary.op().costly() ? UNAFFORDABLE : 1 + cost[unary.a()];
      case Binary binary ->
          binary.op() == BinaryOp.DIVIDE ? UNAFFORDABLE : 1 + cost[binary.a()] + cost[binary.b()];
      case ClipGradient clip -> 1 + cost[clip.a()];
      case Broadcast broadcast -> 1 + cost[broadcast.a()];
      default -> UNAFFORDABLE;
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

  /** Reads a forward value, or computes it again; no deeper than a value may cost. */
  private int forward(int value) {
    var known = emitted.get(value);
    if (known == null) {
      known = emitForward(value);
      emitted.put(value, known);
    }
    return known;
  }

  private int emitForward(int value) {
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
