package dev.recurrent.cpu;

import dev.recurrent.cpu.PassCode.Shape;

/**
 * Names an array that the steps of a cell read or write, and how its rows follow the time loop. A
 * plan is shared by all threads; which array it is in a call, {@link Bindings} say.
 */
final class Operand {
  /** Which row of the array belongs to sorted row b of the batch at step t. */
  enum Rows {
    /** There is one row for all: a vector of parameters. */
    SHARED,
    /** Row b. */
    BATCH,
    /** Row b of this worker's own part. */
    WORKER,
    /** Row {@code rowStart(t) + b} counted from the first row of the present chunk of steps. */
    CHUNK,
    /** Row {@code rowStart(t) + b}. */
    PACKED,
    /** The row of the state before the step. */
    PREVIOUS,
    /** The row of the state after the step. */
    NEXT,
    /** The row of the gradient after the step. */
    GRADIENT_NEXT,
    /** The row of the gradient before the step. */
    GRADIENT_PREVIOUS
  }

  /** A part of an operand's columns. */
  record Place(Operand operand, int column, Shape shape) {}

  private final int index;
  private final Rows rows;
  private final int stride;

  /**
   * Names an operand of a plan.
   *
   * @param index its number within the plan
   * @param stride the distance between rows, unless a call binds it to rows of another distance
   */
  Operand(int index, Rows rows, int stride) {
    this.index = index;
    this.rows = rows;
    this.stride = stride;
  }

  int index() {
    return index;
  }

  Rows rows() {
    return rows;
  }

  /** Returns the distance between rows where a call does not say otherwise. */
  int stride() {
    return stride;
  }

  Place full(int column) {
    return new Place(this, column, Shape.FULL);
  }

  Place row(int column) {
    return new Place(this, column, Shape.ROW);
  }
}
