package dev.recurrent.cpu;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Describes one pass: an elementwise computation that is compiled to one loop. Values are indices
 * of {@link #steps}.
 */
final class PassCode {
  /** Says how many numbers an operand or a value has. */
  enum Shape {
    /** One for each row and column of the tile. */
    FULL,
    /** One for each row. */
    ROW
  }

  /** One computation. */
  sealed interface Step {
    Shape shape();

    /** Reads operand {@code index}. */
    record Load(int index, Shape shape) implements Step {}

    /** Is a number. */
    record Constant(float value) implements Step {
      @Override
      public Shape shape() {
        return Shape.ROW;
      }
    }

    /** Applies a function of one argument. */
    record Unary(UnaryOp op, int a, Shape shape) implements Step {}

    /** Applies a function of two arguments. */
    record Binary(BinaryOp op, int a, int b, Shape shape) implements Step {}

    /** Computes {@code a * b + c}, rounded once where the processor can. */
    record MultiplyAdd(int a, int b, int c, Shape shape) implements Step {}

    /** Writes a value to operand {@code index}; has no value itself. */
    record Store(int index, int value) implements Step {
      @Override
      public Shape shape() {
        return Shape.FULL;
      }
    }

    /** Writes a value's one number a row to operand {@code index}. */
    record StoreRow(int index, int value) implements Step {
      @Override
      public Shape shape() {
        return Shape.ROW;
      }
    }
  }

  /** A polynomial, a division, tests of the range. */
  private static final int OPERATIONS_OF_A_FUNCTION = 18;

  private final List<Step> steps = new ArrayList<>();
  private int operands;

  /** Adds an operand and returns its index. */
  int operand() {
    return operands++;
  }

  /** Appends a step and returns its index. */
  int add(Step step) {
    steps.add(step);
    return steps.size() - 1;
  }

  /** Returns the shape of a value. */
  Shape shape(int value) {
    return steps.get(value).shape();
  }

  List<Step> steps() {
    return steps;
  }

  int operands() {
    return operands;
  }

  /** Returns the vector operations of one turn of the inner loop, roughly. */
  int operations() {
    int count = 0;
    for (var step : steps) {
      boolean function = step instanceof Step.Unary unary && unary.op() != UnaryOp.NEGATE;
      count += function ? OPERATIONS_OF_A_FUNCTION : 1;
    }
    return count;
  }

  /** Returns the steps that a store depends on, stores included. */
  BitSet live() {
    var live = new BitSet(steps.size());
    for (int i = steps.size() - 1; i >= 0; i--) {
      var step = steps.get(i);
      if (step instanceof Step.Store || step instanceof Step.StoreRow) {
        live.set(i);
      }
      if (live.get(i)) {
        operandsOf(step).forEach(live::set);
      }
    }
    return live;
  }

  private static List<Integer> operandsOf(Step step) {
    return switch (step) {
      case Step.Load _, Step.Constant _ -> List.of();
      case Step.Unary unary -> List.of(unary.a());
      case Step.Binary binary -> List.of(binary.a(), binary.b());
      case Step.MultiplyAdd fma -> List.of(fma.a(), fma.b(), fma.c());
      case Step.Store store -> List.of(store.value());
      case Step.StoreRow store -> List.of(store.value());
    };
  }
}
