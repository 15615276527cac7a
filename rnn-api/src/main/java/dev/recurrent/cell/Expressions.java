package dev.recurrent.cell;

/**
 * A program of pointwise instructions that is being written: the step of a cell, its derivative, or
 * a program on whole tensors. What is returned names a value for later instructions.
 */
public interface Expressions {
  /** Returns a number as a value. */
  int constant(double value);

  /** Applies a function of one argument. */
  int apply(UnaryOp op, int a);

  /** Applies a function of two arguments. */
  int apply(BinaryOp op, int a, int b);
}
