package dev.recurrent.cuda;

import dev.recurrent.cuda.driver.Blas.Factor;
import dev.recurrent.cuda.driver.NumberType;
import dev.recurrent.spi.Matrix;

/**
 * A matrix on the device: element (r, c) is {@code r * stride + c} numbers behind the address.
 *
 * @param order whether a product reads it as it is or transposed
 * @param type its numbers; FLOAT32 stands for INT32 too
 */
record DeviceMatrix(
    long address, int rows, int columns, int stride, Matrix.Order order, NumberType type) {

  /** Returns where a matrix of this backend lies. */
  static DeviceMatrix of(Matrix matrix) {
    return new DeviceMatrix(
        CudaStorage.address(matrix),
        matrix.rows(),
        matrix.columns(),
        matrix.stride(),
        matrix.order(),
        NumberType.FLOAT32);
  }

  /** Returns a matrix of FLOAT32 that a product reads as it is. */
  static DeviceMatrix of(long address, int rows, int columns, int stride) {
    return of(address, rows, columns, stride, NumberType.FLOAT32);
  }

  /** Returns a matrix that a product reads as it is. */
  static DeviceMatrix of(long address, int rows, int columns, int stride, NumberType type) {
    return new DeviceMatrix(address, rows, columns, stride, Matrix.Order.NORMAL, type);
  }

  DeviceMatrix rows(int from, int count) {
    return of(address + (long) type.bytes() * from * stride, count, columns, stride, type);
  }

  DeviceMatrix columns(int from, int count) {
    return of(address + (long) type.bytes() * from, rows, count, stride, type);
  }

  DeviceMatrix transposed() {
    var other = order == Matrix.Order.NORMAL ? Matrix.Order.TRANSPOSED : Matrix.Order.NORMAL;
    return new DeviceMatrix(address, rows, columns, stride, other, type);
  }

  Factor factor() {
    return new Factor(address, stride, order, type);
  }

  int productColumns() {
    return order == Matrix.Order.NORMAL ? columns : rows;
  }
}
