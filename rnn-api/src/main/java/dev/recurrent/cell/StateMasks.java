package dev.recurrent.cell;

import java.util.HashMap;
import java.util.Map;

/**
 * Puts the random masks of a {@link Regularization} between the states of a cell and their uses.
 */
final class StateMasks {
  private final CellBuilder cell;
  private final Regularization regularization;
  private final Map<Integer, Value> dropout = new HashMap<>(); // by state

  StateMasks(CellBuilder cell, Regularization regularization) {
    this.cell = cell;
    this.regularization = regularization;
  }

  /** Lets units of a state keep their values: mask∘next + (1 - mask)∘previous. */
  Value zonedOut(StateSpec state, Value next) {
    double rate = regularization.zoneoutOf(state.name());
    if (rate == 0) {
      return next;
    }
    var mask = cell.keepMask(rate, state.size(), MaskScope.STEP);
    var previous = cell.state(state.name(), state.size());
    return mask.times(next).plus(Functions.oneMinus(mask).times(previous));
  }

  /** Returns what a weight sees of a value: of a state, also behind a gate, not all units. */
  Value seenByWeights(Value value) {
    double rate = regularization.recurrentDropout();
    int state = rate == 0 ? -1 : stateIn(value);
    if (state < 0) {
      return value;
    }
    var mask = dropout.get(state);
    if (mask == null) {
      mask = cell.keepMask(rate, value.width(), MaskScope.SEQUENCE).dividedBy(1 - rate);
      dropout.put(state, mask);
    }
    return value.times(mask);
  }

  /** Tells whether dropout was asked for and found nothing to drop. */
  boolean findNothingToDrop() {
    return regularization.recurrentDropout() > 0 && dropout.isEmpty();
  }

  /** Returns the state that the value is, or is a product of with something else, or -1. */
  private int stateIn(Value value) {
    return switch (cell.instruction(value)) {
      case Instruction.State state -> state.state();
      case Instruction.Binary product when product.op() == BinaryOp.TIMES ->
          cell.instruction(product.a()) instanceof Instruction.State state
              ? state.state()
              : cell.instruction(product.b()) instanceof Instruction.State state
                  ? state.state()
                  : -1;
      default -> -1;
    };
  }
}
