package dev.recurrent.cell;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Appends instructions to a program; an instruction that is there already is not computed twice.
 */
final class CodeBuilder {
  private final List<Instruction> code = new ArrayList<>();
  private final Map<Instruction, Integer> known = new HashMap<>();

  int emit(Instruction instruction) {
    var existing = known.get(instruction);
    if (existing != null) {
      return existing;
    }
    code.add(instruction);
    known.put(instruction, code.size() - 1);
    return code.size() - 1;
  }

  Instruction get(int id) {
    return code.get(id);
  }

  List<Instruction> code() {
    return List.copyOf(code);
  }

  /** Returns the instructions on which the given ones depend, themselves included. */
  static BitSet reachable(List<Instruction> code, List<Integer> roots) {
    var reached = new BitSet(code.size());
    roots.forEach(reached::set);
    for (int i = code.size() - 1; i >= 0; i--) {
      if (reached.get(i)) {
        code.get(i).operands().forEach(reached::set);
      }
    }
    return reached;
  }
}
