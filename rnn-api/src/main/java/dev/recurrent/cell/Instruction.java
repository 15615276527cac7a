package dev.recurrent.cell;

import java.util.List;

/**
 * Computes one value of a program; a program is a list of instructions in static single assignment
 * form, in which an operand is the index of an earlier instruction.
 *
 * <p>A value has one row for each sequence of the batch. Its {@link #width()} is the number of
 * columns, or {@link #SCALAR} for a value with one number a row, which broadcasts over columns.
 */
public sealed interface Instruction {
  /** The width of a value that has a single number for each row. */
  int SCALAR = 0;

  /** Returns the number of columns, or {@link #SCALAR}. */
  int width();

  /** Returns the indices of the instructions whose values this one reads. */
  default List<Integer> operands() {
    return List.of();
  }

  /** Reads the input of this step, x_t. */
  record Input(int width) implements Instruction {}

  /** Reads a state as the previous step left it; {@code state} indexes the cell's states. */
  record State(int state, int width) implements Instruction {}

  /**
   * Reads {@code width} elements from {@code offset} on of a parameter that is a vector; the same
   * for every row.
   */
  record Vector(int parameter, int offset, int width) implements Instruction {}

  /** Reads a number that is known when the cell is compiled. */
  record Constant(double value) implements Instruction {
    @Override
    public int width() {
      return SCALAR;
    }
  }

  /** Draws a random keep-mask, 1 with probability {@code keep}; see {@link MaskScope}. */
  record Mask(int index, double keep, MaskScope scope, int width) implements Instruction {}

  /**
   * Multiplies the operand by rows {@code offset} to {@code offset + width} of a weight: W v.
   *
   * @param parameter the index of the weight among the cell's parameters
   */
  record Linear(int parameter, int offset, int operand, int width) implements Instruction {
    @Override
    public List<Integer> operands() {
      return List.of(operand);
    }
  }

  /** Applies a function of one argument to each element. */
  record Unary(UnaryOp op, int a, int width) implements Instruction {
    @Override
    public List<Integer> operands() {
      return List.of(a);
    }
  }

  /** Applies a function of two arguments to each pair of elements; scalars broadcast. */
  record Binary(BinaryOp op, int a, int b, int width) implements Instruction {
    @Override
    public List<Integer> operands() {
      return List.of(a, b);
    }
  }

  /** Sums each row over its columns; the result is a {@link #SCALAR}. */
  record RowSum(int a) implements Instruction {
    @Override
    public int width() {
      return SCALAR;
    }

    @Override
    public List<Integer> operands() {
      return List.of(a);
    }
  }

  /** Passes its operand on, and limits the gradient that comes back to ±{@code limit}. */
  record ClipGradient(int a, double limit, int width) implements Instruction {
    @Override
    public List<Integer> operands() {
      return List.of(a);
    }
  }

  /** Repeats a scalar over {@code width} columns. */
  record Broadcast(int a, int width) implements Instruction {
    @Override
    public List<Integer> operands() {
      return List.of(a);
    }
  }

  /** In a derivative: reads a state as this step left it. */
  record NextState(int state, int width) implements Instruction {}

  /** In a derivative: reads a value that the forward program computed at the same step. */
  record Saved(int value, int width) implements Instruction {}

  /** In a derivative: reads the gradient of the loss with respect to a state after this step. */
  record NextGradient(int state, int width) implements Instruction {}

  /**
   * In a derivative: multiplies the gradients of all products with one weight by its transpose, Σ_k
   * W_kᵀ d_k; {@code operands} are in the order of the weight's slices and cover all its rows.
   */
  record LinearTransposed(int parameter, List<Integer> operands, int width)
      implements Instruction {}
}
