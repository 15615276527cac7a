package dev.recurrent.train;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;

/** Stands for a number in the equations of an {@link Optimizer}. */
public final class Quantity {
  private final UpdateEquations owner;
  private final int id;

  Quantity(UpdateEquations owner, int id) {
    this.owner = owner;
    this.id = id;
  }

  /** Adds. */
  public Quantity plus(Quantity other) {
    return owner.binary(BinaryOp.PLUS, this, other);
  }

  /** Adds a constant. */
  public Quantity plus(double number) {
    return plus(owner.constant(number));
  }

  /** Subtracts. */
  public Quantity minus(Quantity other) {
    return owner.binary(BinaryOp.MINUS, this, other);
  }

  /** Multiplies. */
  public Quantity times(Quantity other) {
    return owner.binary(BinaryOp.TIMES, this, other);
  }

  /** Multiplies by a constant. */
  public Quantity times(double number) {
    return times(owner.constant(number));
  }

  /** Divides. */
  public Quantity dividedBy(Quantity other) {
    return owner.binary(BinaryOp.DIVIDE, this, other);
  }

  /** Takes the square root. */
  public Quantity sqrt() {
    return owner.unary(UnaryOp.SQRT, this);
  }

  /** Takes the larger of two. */
  public Quantity max(Quantity other) {
    return owner.binary(BinaryOp.MAX, this, other);
  }

  /** Takes the smaller of two. */
  public Quantity min(Quantity other) {
    return owner.binary(BinaryOp.MIN, this, other);
  }

  /** Returns 1, 0 or -1, as this is above, at or below 0. */
  public Quantity sign() {
    var zero = owner.constant(0);
    return owner
        .binary(BinaryOp.GREATER, this, zero)
        .minus(owner.binary(BinaryOp.GREATER, zero, this));
  }

  int id() {
    return id;
  }
}
