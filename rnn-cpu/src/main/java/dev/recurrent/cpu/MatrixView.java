package dev.recurrent.cpu;

/**
 * Looks at part of an array as a matrix: element (i, j) is {@code data[offset + i * rowStride + j *
 * columnStride]}.
 */
record MatrixView(
    float[] data, int offset, int rows, int columns, int rowStride, int columnStride) {
  MatrixView {
    if (rows < 0 || columns < 0 || rowStride < 0 || columnStride < 0) {
      throw new IllegalArgumentException(
          "matrix: expected sizes and strides of at least 0, got [%d, %d], strides %d and %d"
              .formatted(rows, columns, rowStride, columnStride));
    }
    if (rows > 0 && columns > 0) {
      long last = offset + (rows - 1L) * rowStride + (columns - 1L) * columnStride;
      if (offset < 0 || last >= data.length) {
        throw new IllegalArgumentException(
            "matrix: expected [%d, %d] inside an array of %d, got elements %d to %d"
                .formatted(rows, columns, data.length, offset, last));
      }
    }
  }

  /** Looks at a dense row-major matrix [rows, columns] that begins at {@code offset}. */
  static MatrixView of(float[] data, int offset, int rows, int columns) {
    return new MatrixView(data, offset, rows, columns, columns, 1);
  }

  /** Returns a view of the same elements with rows and columns exchanged. */
  MatrixView transposed() {
    return new MatrixView(data, offset, columns, rows, columnStride, rowStride);
  }
}
