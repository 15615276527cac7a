package dev.recurrent.cpu;

import java.util.ArrayList;
import java.util.List;

/** Numbers the operands of one plan. */
final class Operands {
  private final List<Operand> all = new ArrayList<>();

  /** Adds an operand whose rows are {@code stride} apart. */
  Operand add(Operand.Rows rows, int stride) {
    var operand = new Operand(all.size(), rows, stride);
    all.add(operand);
    return operand;
  }

  /** Binds all of them to nothing. */
  Bindings unbound() {
    return new Bindings(all);
  }
}
