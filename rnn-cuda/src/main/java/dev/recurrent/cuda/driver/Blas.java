package dev.recurrent.cuda.driver;

import dev.recurrent.spi.Matrix;

/** Multiplies matrices on the stream of its {@link Driver}; sums and results are FLOAT32. */
public interface Blas extends AutoCloseable {
  /** Hands a product over. */
  void multiply(Product product);

  @Override
  void close();

  /**
   * The product {@code c = a b + beta c}; with beta 0, c is only written. All matrices are row by
   * row.
   *
   * @param m the rows of c, at least 1
   * @param n the columns of c, at least 1
   * @param k the columns of a as the product sees it, at least 1
   * @param c the address of the result
   * @param stride the distance between rows of c
   */
  record Product(int m, int n, int k, Factor a, Factor b, float beta, long c, int stride) {}

  /**
   * A matrix that is multiplied.
   *
   * @param address the address of element (0, 0)
   * @param stride the distance between rows as they are stored
   * @param order whether the product reads it as it is stored or transposed
   * @param type its numbers; both factors of a product have the same
   */
  record Factor(long address, int stride, Matrix.Order order, NumberType type) {}
}
