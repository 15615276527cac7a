package dev.recurrent.cuda;

import dev.recurrent.cuda.driver.Blas.Factor;
import dev.recurrent.spi.Matrix;

/**
 * A matrix on the device: element (r, c) is at {@code address + 4 (r * stride + c)}.
 *
 * @param order whether a product reads it as it is or transposed
 */
record DeviceMatrix(long address, int rows, int columns, int stride, Matrix.Order order) {

  /** Returns where a matrix of this backend lies. */
  static DeviceMatrix of(Matrix matrix) {
    return new DeviceMatrix(
        CudaStorage.address(matrix),
        matrix.rows(),
        matrix.columns(),
        matrix.stride(),
        matrix.order());
  }

  /** Returns a matrix that a product reads as it is. */
  static DeviceMatrix of(long address, int rows, int columns, int stride) {
    return new DeviceMatrix(address, rows, columns, stride, Matrix.Order.NORMAL);
  }

  DeviceMatrix rows(int from, int count) {
    return of(address + 4L * from * stride, count, columns, stride);
  }

  DeviceMatrix columns(int from, int count) {
    return of(address + 4L * from, rows, count, stride);
  }

  DeviceMatrix transposed() {
    var other = order == Matrix.Order.NORMAL ? Matrix.Order.TRANSPOSED : Matrix.Order.NORMAL;
    return new DeviceMatrix(address, rows, columns, stride, other);
  }

  Factor factor() {
    return new Factor(address, stride, order);
  }

  int productColumns() {
    return order == Matrix.Order.NORMAL ? columns : rows;
  }
}
