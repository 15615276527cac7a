package dev.recurrent.cuda;

import dev.recurrent.cuda.driver.NumberType;

/**
 * A matrix that kernels of a step read or write: which rows they see of it depends on the step. A
 * call binds it to memory.
 */
final class Slot {
  /** Says which rows a step sees. */
  enum Rows {
    /** Those of the step among all packed rows: [N, width]. */
    PACKED,
    /** The first ones; of no use after the step: [B, width]. */
    BATCH,
    /** One row, the same for all sequences: [1, width]. */
    SHARED,
    /** Of a history, the states before the step. */
    PREVIOUS,
    /** Of a history, the states after the step. */
    NEXT,
    /** Of two halves, the gradients of the states after the step: [2 B, width]. */
    GRADIENT_NEXT,
    /** Of two halves, the gradients of the states before the step. */
    GRADIENT_PREVIOUS
  }

  /** Says where the step at hand is; rows of each kind. */
  static final class Cursor {
    int rows; // sequences that are running
    int packed;
    int previous;
    int next;
    int gradientNext;
    int gradientPrevious;
  }

  /** Part of a slot: columns from {@code column} on. */
  record Place(Slot slot, int column) {
    /** Returns where the rows of a step begin. */
    long address(Cursor at) {
      return slot.address + slot.type.bytes() * ((long) slot.row(at) * slot.stride + column);
    }

    /** Returns the distance between rows that kernels are to use: 0 where all share one. */
    int stride() {
      return slot.rows == Rows.SHARED ? 0 : slot.stride;
    }

    /** Returns the rows of a step as a matrix. */
    DeviceMatrix matrix(Cursor at, int columns) {
      return DeviceMatrix.of(address(at), at.rows, columns, slot.stride, slot.type);
    }
  }

  private final Rows rows;
  private final int width;
  private final NumberType type;
  private long address;
  private int stride;

  /** Creates a slot of FLOAT32. */
  Slot(Rows rows, int width) {
    this(rows, width, NumberType.FLOAT32);
  }

  Slot(Rows rows, int width, NumberType type) {
    this.rows = rows;
    this.width = width;
    this.type = type;
    stride = type.stride(width);
  }

  Place place(int column) {
    return new Place(this, column);
  }

  int width() {
    return width;
  }

  Rows rows() {
    return rows;
  }

  NumberType type() {
    return type;
  }

  /** Uses rows as {@link DeviceLoan} lends them. */
  void bind(long newAddress) {
    bind(newAddress, type.stride(width));
  }

  void bind(long newAddress, int newStride) {
    address = newAddress;
    stride = newStride;
  }

  /** Returns all rows, of which there are {@code count}. */
  DeviceMatrix matrix(int count) {
    return DeviceMatrix.of(address, count, width, stride, type);
  }

  long address() {
    return address;
  }

  int stride() {
    return stride;
  }

  private int row(Cursor at) {
    return switch (rows) {
      case PACKED -> at.packed;
      case BATCH, SHARED -> 0;
      case PREVIOUS -> at.previous;
      case NEXT -> at.next;
      case GRADIENT_NEXT -> at.gradientNext;
      case GRADIENT_PREVIOUS -> at.gradientPrevious;
    };
  }
}
