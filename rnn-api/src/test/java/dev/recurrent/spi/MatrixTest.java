package dev.recurrent.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;

class MatrixTest {
  private final Storage storage = new ReferenceBackend().memory().allocate(DataType.FLOAT32, 24);

  @Test
  void viewsAreViewsOfTheSameStorage() {
    var matrix = Matrix.of(storage, 4, 6);
    assertEquals(new Matrix(storage, 12, 1, 6, 6, Matrix.Order.NORMAL), matrix.rows(2, 1));
    assertEquals(new Matrix(storage, 2, 4, 3, 6, Matrix.Order.NORMAL), matrix.columns(2, 3));
    assertEquals(
        new Matrix(storage, 14, 2, 3, 6, Matrix.Order.NORMAL), matrix.columns(2, 3).rows(2, 2));
    assertEquals(new Matrix(storage, 0, 1, 24, 24, Matrix.Order.NORMAL), matrix.flat());
    assertEquals("[4, 6]", matrix.shape());
  }

  @Test
  void emptyViewsAreLegalUpToTheEnd() {
    var matrix = Matrix.of(storage, 4, 6);
    assertEquals(0, matrix.rows(4, 0).rows());
    assertEquals(0, matrix.columns(6, 0).columns());
    assertEquals(1, Matrix.of(storage, 0, 0).flat().rows());
    assertEquals(20, Matrix.of(storage, 0, 40).columns(20, 20).columns());
  }

  @Test
  void transposedIsSeenByProductsOnly() {
    var matrix = Matrix.of(storage, 4, 6).transposed();
    assertEquals(4, matrix.rows());
    assertEquals(6, matrix.productRows());
    assertEquals(4, matrix.productColumns());
    assertEquals(Matrix.of(storage, 4, 6), matrix.transposed());
    assertEquals(4, matrix.transposed().productRows());
  }

  @Test
  void viewsOutsideAreRefused() {
    var matrix = Matrix.of(storage, 4, 6);
    assertThrows(IndexOutOfBoundsException.class, () -> matrix.rows(3, 2));
    assertThrows(IndexOutOfBoundsException.class, () -> matrix.columns(-1, 2));
    var error = assertThrows(IllegalArgumentException.class, () -> Matrix.of(storage, 5, 5));
    assertEquals("matrix: expected an end of at most 24 elements, got 25", error.getMessage());
  }

  /** The last row needs no gap behind it. */
  @Test
  void lastRowMayEndWithTheStorage() {
    assertEquals(3, new Matrix(storage, 3, 3, 5, 8, Matrix.Order.NORMAL).rows());
    assertThrows(
        IllegalArgumentException.class, () -> new Matrix(storage, 4, 3, 5, 8, Matrix.Order.NORMAL));
  }

  @Test
  void wrongShapesAreRefused() {
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> new Matrix(storage, 0, 2, 5, 4, Matrix.Order.NORMAL));
    assertTrue(error.getMessage().contains("[2, 5], stride 4"), error.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> new Matrix(storage, -1, 2, 5, 5, Matrix.Order.NORMAL));
    assertThrows(
        IllegalArgumentException.class, () -> Matrix.of(storage, 4, 6).columns(0, 5).flat());
  }

  /** Such a product of sizes is more than an int holds. */
  @Test
  void hugeShapesDoNotWrapAround() {
    assertThrows(IllegalArgumentException.class, () -> Matrix.of(storage, 1 << 16, 1 << 16));
  }
}
