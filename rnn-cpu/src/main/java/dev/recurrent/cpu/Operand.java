package dev.recurrent.cpu;

import dev.recurrent.cpu.PassCode.Shape;

/**
 * Names an array that the steps of a cell read or write, and how its rows follow the time loop. The
 * array itself is set at the beginning of each call.
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

  private final Rows rows;
  private int stride;
  private float[] array = {};
  private int base;

  Operand(Rows rows, int stride) {
    this.rows = rows;
    this.stride = stride;
  }

  /** Says where the numbers are: row 0 begins at {@code base}. */
  void bind(float[] newArray, int newBase) {
    array = newArray;
    base = newBase;
  }

  /** Says where the numbers are, in rows {@code newStride} apart. */
  void bind(float[] newArray, int newBase, int newStride) {
    bind(newArray, newBase);
    stride = newStride;
  }

  Rows rows() {
    return rows;
  }

  /** Returns the distance between the rows of two sequences: 0 where they share one. */
  int rowStep() {
    return rows == Rows.SHARED ? 0 : stride;
  }

  /** Returns the distance between rows. */
  int stride() {
    return stride;
  }

  float[] array() {
    return array;
  }

  int base() {
    return base;
  }

  Place full(int column) {
    return new Place(this, column, Shape.FULL);
  }

  Place row(int column) {
    return new Place(this, column, Shape.ROW);
  }
}
