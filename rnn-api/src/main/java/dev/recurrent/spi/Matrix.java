package dev.recurrent.spi;

/**
 * Views part of a storage as a matrix: element (r, c) is at {@code offset + r * stride + c}.
 *
 * <p>Immutable; the elements behind it are not.
 *
 * @param storage the storage; not owned
 * @param offset the index of element (0, 0)
 * @param rows the number of rows, 0 or more
 * @param columns the number of columns, 0 or more
 * @param stride the distance between rows, at least {@code columns}
 * @param order whether a product reads it as it is or transposed
 */
public record Matrix(Storage storage, int offset, int rows, int columns, int stride, Order order) {

  /** Says how a matrix product reads its operand. */
  public enum Order {
    /** As it is. */
    NORMAL,
    /** With rows and columns exchanged. */
    TRANSPOSED
  }

  public Matrix {
    if (offset < 0 || rows < 0 || columns < 0 || stride < columns) {
      throw new IllegalArgumentException(
          "matrix: expected offset, rows, columns >= 0 and stride >= columns, got offset "
              + offset
              + ", ["
              + rows
              + ", "
              + columns
              + "], stride "
              + stride);
    }
    long end = rows == 0 ? offset : offset + (rows - 1L) * stride + columns;
    if (end > storage.size()) {
      throw new IllegalArgumentException(
          "matrix: expected an end of at most " + storage.size() + " elements, got " + end);
    }
  }

  /** Views the start of a storage as a dense matrix. */
  public static Matrix of(Storage storage, int rows, int columns) {
    return new Matrix(storage, 0, rows, columns, columns, Order.NORMAL);
  }

  /** Views rows {@code from} to {@code from + count}. */
  public Matrix rows(int from, int count) {
    java.util.Objects.checkFromIndexSize(from, count, rows);
    return new Matrix(storage, offset + from * stride, count, columns, stride, order);
  }

  /** Views columns {@code from} to {@code from + count}. */
  public Matrix columns(int from, int count) {
    java.util.Objects.checkFromIndexSize(from, count, columns);
    int start = rows == 0 ? offset : offset + from; // without rows there is nothing to point to
    return new Matrix(storage, start, rows, count, stride, order);
  }

  /** Views a matrix without gaps as one row of all its elements. */
  public Matrix flat() {
    if (stride != columns && rows > 1) {
      throw new IllegalArgumentException(
          "flat: expected rows without gaps, got stride " + stride + " of " + columns + " columns");
    }
    int size = rows * columns;
    return new Matrix(storage, offset, 1, size, Math.max(size, 1), order);
  }

  /** Returns the same elements to be read with rows and columns exchanged by a product. */
  public Matrix transposed() {
    var other = order == Order.NORMAL ? Order.TRANSPOSED : Order.NORMAL;
    return new Matrix(storage, offset, rows, columns, stride, other);
  }

  /** Returns the rows as a product sees them. */
  public int productRows() {
    return order == Order.NORMAL ? rows : columns;
  }

  /** Returns the columns as a product sees them. */
  public int productColumns() {
    return order == Order.NORMAL ? columns : rows;
  }

  /** Writes the shape, as in {@code [3, 4]}. */
  public String shape() {
    return "[" + rows + ", " + columns + "]";
  }
}
