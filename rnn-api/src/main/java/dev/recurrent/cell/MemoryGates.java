package dev.recurrent.cell;

import dev.recurrent.cell.Instruction.Binary;
import dev.recurrent.cell.Instruction.ClipGradient;
import dev.recurrent.cell.Instruction.Constant;
import dev.recurrent.cell.Instruction.State;
import dev.recurrent.cell.Instruction.Unary;
import dev.recurrent.cell.Instruction.Vector;
import dev.recurrent.cell.ParameterSpec.Kind;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds in the equations of a cell the gates that decide how long a state lasts: those of a sum
 * {@code keep∘s + admit∘(…)} that is the next value of state s. A gate is the sigmoid of a linear
 * with a bias, or 1 minus such a sigmoid.
 */
final class MemoryGates {
  /** What becomes of a state while the sigmoid of a linear is 1. */
  enum Role {
    /** It lasts. */
    KEEPS,
    /** Something new comes in. */
    ADMITS;

    private Role opposite() {
      return this == KEEPS ? ADMITS : KEEPS;
    }
  }

  private final CellProgram program;
  private final Map<String, Role> roles = new LinkedHashMap<>();

  private MemoryGates(CellProgram program) {
    this.program = program;
  }

  /** Returns the linears of the gates by name; none if no gate keeps a state. */
  static Map<String, Role> of(CellProgram program) {
    var gates = new MemoryGates(program);
    for (int s = 0; s < program.states().size(); s++) {
      gates.find(s);
    }
    return gates.roles;
  }

  private void find(int state) {
    var products =
        parts(program.next().get(state), BinaryOp.PLUS).stream()
            .map(term -> parts(term, BinaryOp.TIMES))
            .toList();
    boolean kept = false;
    for (var factors : products) {
      if (factors.stream().anyMatch(factor -> isState(factor, state))) {
        kept |= note(factors, Role.KEEPS);
      }
    }
    if (kept) {
      products.forEach(factors -> note(factors, Role.ADMITS));
    }
  }

  /** Notes the gates among the factors of a term, and tells whether there is one. */
  private boolean note(Set<Integer> factors, Role role) {
    boolean found = false;
    for (int factor : factors) {
      boolean inverted = isOneMinus(factor);
      var linear = linearOfSigmoid(inverted ? ((Binary) instruction(factor)).b() : factor);
      if (linear != null) {
        roles.putIfAbsent(linear, inverted ? role.opposite() : role);
        found = true;
      }
    }
    return found;
  }

  private @Nullable String linearOfSigmoid(int value) {
    if (!(instruction(value) instanceof Unary(var op, int a, _)) || op != UnaryOp.SIGMOID) {
      return null;
    }
    return parts(a, BinaryOp.PLUS).stream()
        .map(this::instruction)
        .filter(Vector.class::isInstance)
        .map(Vector.class::cast)
        .filter(vector -> program.parameters().get(vector.parameter()).kind() == Kind.BIAS)
        .map(vector -> program.sliceName(vector.parameter(), vector.offset()))
        .findFirst()
        .orElse(null);
  }

  private boolean isState(int value, int state) {
    return instruction(value) instanceof State(int index, _) && index == state;
  }

  private boolean isOneMinus(int value) {
    return instruction(value) instanceof Binary(var op, int a, _, _)
        && op == BinaryOp.MINUS
        && instruction(a) instanceof Constant(double one)
        && one == 1;
  }

  /** Takes a value apart into the operands of nested operations of one kind, each named once. */
  private Set<Integer> parts(int value, BinaryOp op) {
    var found = new LinkedHashSet<Integer>();
    var seen = new BitSet();
    var open = new ArrayDeque<>(List.of(value));
    while (!open.isEmpty()) {
      int next = open.pop();
      if (seen.get(next)) {
        continue;
      }
      seen.set(next);
      switch (instruction(next)) {
        case Binary(var its, int a, int b, _) when its == op -> {
          open.push(b);
          open.push(a);
        }
        case ClipGradient clip -> open.push(clip.a());
        default -> found.add(next);
      }
    }
    return found;
  }

  private Instruction instruction(int value) {
    return program.code().get(value);
  }
}
