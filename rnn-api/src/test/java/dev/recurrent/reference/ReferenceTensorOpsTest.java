package dev.recurrent.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.TensorOps;
import dev.recurrent.spi.TensorOps.CrossEntropyCall;
import org.junit.jupiter.api.Test;

/** Checks the oracle of all other backends against numbers worked out by hand. */
class ReferenceTensorOpsTest {
  private final ReferenceBackend backend = new ReferenceBackend();
  private final TensorOps ops = backend.ops();

  @Test
  void multiplyIsRowsTimesColumns() {
    var a = matrix(2, 3, 1, 2, 3, 4, 5, 6);
    var b = matrix(3, 2, 7, 8, 9, 10, 11, 12);
    var c = matrix(2, 2, 1, 1, 1, 1);
    ops.multiply(a, b, c, 10);
    assertElements(c, 68, 74, 149, 164);
    ops.multiply(a, b, c, 0);
    assertElements(c, 58, 64, 139, 154);
    ops.multiply(b.transposed(), a.transposed(), c, 0);
    assertElements(c, 58, 139, 64, 154);
    ops.fill(c, Float.NaN);
    ops.multiply(a.columns(0, 0), b.rows(0, 0), c, 0);
    assertElements(c, 0, 0, 0, 0);
  }

  @Test
  void binaryRepeatsItsSecondOperand() {
    var a = matrix(2, 2, 1, 2, 3, 4);
    var out = matrix(2, 2, 0, 0, 0, 0);
    ops.binary(BinaryOp.MINUS, a, matrix(2, 2, 4, 3, 2, 2), out);
    assertElements(out, -3, -1, 1, 2);
    ops.binary(BinaryOp.TIMES, a, matrix(1, 2, 10, 100), out);
    assertElements(out, 10, 200, 30, 400);
    ops.binary(BinaryOp.DIVIDE, a, matrix(2, 1, 2, 4), out);
    assertElements(out, 0.5, 1, 0.75, 1);
    ops.binary(BinaryOp.GREATER, a, matrix(1, 1, 2), out);
    assertElements(out, 0, 0, 1, 1);
  }

  @Test
  void elementwiseOperationsDoWhatTheyAreCalled() {
    var a = matrix(1, 3, -1, 0, 2);
    var out = matrix(1, 3, 5, 6, 7);
    ops.addScaled(2, a, out);
    assertElements(out, 3, 6, 11);
    ops.affine(a, 3, 1, out);
    assertElements(out, -2, 1, 7);
    ops.unary(UnaryOp.RELU, a, out);
    assertElements(out, 0, 0, 2);
    ops.copy(a, out);
    assertElements(out, -1, 0, 2);
    ops.fill(out.columns(1, 1), 9);
    assertElements(out, -1, 9, 2);
  }

  @Test
  void unaryFunctionsHaveTheirKnownValues() {
    assertEquals(0.7310585786300049, UnaryOp.SIGMOID.apply(1), 1e-15);
    assertEquals(0.2689414213699951, UnaryOp.SIGMOID.apply(-1), 1e-15);
    assertEquals(0.7615941559557649, UnaryOp.TANH.apply(1), 1e-15);
    assertEquals(2.718281828459045, UnaryOp.EXP.apply(1), 1e-15);
    assertEquals(0.6931471805599453, UnaryOp.LOG.apply(2), 1e-15);
    assertEquals(3, UnaryOp.SQRT.apply(9), 0);
    assertEquals(-4, UnaryOp.NEGATE.apply(4), 0);
    assertEquals(0.25, UnaryOp.RECIPROCAL.apply(4), 0);
    assertEquals(1.3132616875182228, UnaryOp.SOFTPLUS.apply(1), 1e-15);
    assertEquals(0.3132616875182228, UnaryOp.SOFTPLUS.apply(-1), 1e-15);
    assertEquals(1000, UnaryOp.SOFTPLUS.apply(1000), 0);
    assertEquals(0, UnaryOp.SIGMOID.apply(-1000), 0);
  }

  @Test
  void sumsRunOverRowsAndOverColumns() {
    var a = matrix(2, 3, 1, 2, 3, 4, 5, 6);
    var columns = matrix(1, 3, 1, 1, 1);
    ops.sumRows(a, columns, 2);
    assertElements(columns, 7, 9, 11);
    ops.sumRows(a, columns, 0);
    assertElements(columns, 5, 7, 9);
    var rows = matrix(2, 1, 1, 1);
    ops.sumColumns(a, rows);
    assertElements(rows, 6, 15);
    var squares = matrix(1, 1, 9);
    ops.addSumOfSquares(a, squares);
    assertElements(squares, 100);
  }

  @Test
  void rowsAreGatheredAndAddedByIndex() {
    var table = matrix(3, 2, 1, 2, 3, 4, 5, 6);
    var indices = backend.memory().allocate(DataType.INT32, 4);
    backend.memory().write(indices, 0, new int[] {2, -1, 0, 2}, 0, 4);
    var rows = Matrix.of(indices, 4, 1);
    var out = matrix(4, 2, 9, 9, 9, 9, 9, 9, 9, 9);
    ops.gatherRows(table, rows, out);
    assertElements(out, 5, 6, 0, 0, 1, 2, 5, 6);
    ops.scatterAddRows(matrix(4, 2, 1, 2, 3, 4, 5, 6, 7, 8), rows, table);
    assertElements(table, 6, 8, 3, 4, 13, 16);
  }

  /** The loss of two equal logits is ln 2; smoothing by 0.2 asks for 0.9 and 0.1. */
  @Test
  void crossEntropyIsThatOfTheTextbooks() {
    var targets = backend.memory().allocate(DataType.INT32, 3);
    backend.memory().write(targets, 0, new int[] {1, -1, 0}, 0, 3);
    var logits = matrix(3, 2, 3, 3, 1, 2, Math.log(3), 0);
    var losses = matrix(3, 1, 9, 9, 9);
    var derivative = matrix(3, 2, 9, 9, 9, 9, 9, 9);
    ops.softmaxCrossEntropy(
        new CrossEntropyCall(logits, Matrix.of(targets, 3, 1), 0, 2, losses, derivative));
    assertElements(losses, Math.log(2), 0, -Math.log(0.75));
    assertElements(derivative, 1, -1, 0, 0, -0.5, 0.5);
    ops.softmaxCrossEntropy(
        new CrossEntropyCall(logits, Matrix.of(targets, 3, 1), 0.2f, 1, losses, derivative));
    assertEquals(
        -0.9 * Math.log(0.75) - 0.1 * Math.log(0.25),
        ReferenceStorage.doubles(losses.storage())[2],
        1e-7); // 0.2f is off by 3e-9
  }

  @Test
  void softmaxSumsToOne() {
    var a = matrix(1, 3, 0, Math.log(2), Math.log(5));
    ops.softmax(a, a);
    assertElements(a, 0.125, 0.25, 0.625);
  }

  private Matrix matrix(int rows, int columns, double... elements) {
    var storage = new ReferenceStorage(DataType.FLOAT32, elements.length);
    System.arraycopy(elements, 0, storage.doubles(), 0, elements.length);
    return Matrix.of(storage, rows, columns);
  }

  private static void assertElements(Matrix matrix, double... elements) {
    assertArrayEquals(elements, ReferenceStorage.doubles(matrix.storage()), 1e-12);
  }
}
