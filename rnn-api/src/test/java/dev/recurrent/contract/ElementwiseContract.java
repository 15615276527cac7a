package dev.recurrent.contract;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.contract.Twins.Lie;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What operations on single elements promise. */
interface ElementwiseContract extends ContractSubject {
  /** Rows and columns, some of them below, at and above the usual numbers of lanes. */
  int[][] SHAPES = {{1, 1}, {1, 67}, {3, 1}, {3, 17}, {16, 16}, {17, 33}, {33, 15}, {0, 5}, {5, 0}};

  /** Numbers at which functions are known to go wrong. */
  float[] SPECIAL = {
    0,
    -0f,
    1,
    -1,
    0.5f,
    1e-6f,
    -1e-6f,
    3,
    -3,
    20,
    -20,
    88,
    -88,
    104,
    -104,
    1e30f,
    -1e30f,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.NaN,
    1e-30f,
    0.3f,
    7.25f
  };

  @ParameterizedTest
  @EnumSource
  default void unaryMatchesReference(UnaryOp op) {
    for (var shape : SHAPES) {
      for (var lie : Lie.values()) {
        try (var twins = new Twins(this, 3)) {
          var random = twins.random(shape[0], shape[1], lie);
          var special = twins.of(shape[0], shape[1], lie, SPECIAL);
          var out = twins.random(shape[0], shape[1], lie);
          for (var a : new Twins.Twin[] {random, special}) {
            backend().ops().unary(op, a.tested(), out.tested());
            reference().ops().unary(op, a.expected(), out.expected());
            twins.assertClose(out, leniency() * Tolerance.ofFunction(), op + " of " + a.tested());
            backend().ops().unary(op, a.tested(), a.tested());
            reference().ops().unary(op, a.expected(), a.expected());
            twins.assertClose(a, leniency() * Tolerance.ofFunction(), op + " in place");
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  default void binaryMatchesReferenceWithRepeatedOperand(BinaryOp op) {
    for (var shape : SHAPES) {
      for (var lie : Lie.values()) {
        int[][] operands = {shape, {1, shape[1]}, {shape[0], 1}, {1, 1}};
        for (var operand : operands) {
          try (var twins = new Twins(this, 4)) {
            var a = twins.random(shape[0], shape[1], lie);
            var b = twins.random(operand[0], operand[1], lie);
            var out = twins.random(shape[0], shape[1], lie);
            checkBinary(twins, op, a, b, out);
            checkBinary(twins, op, a, b, a);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  default void binaryOfSpecialNumbersMatchesReference(BinaryOp op) {
    try (var twins = new Twins(this, 5)) {
      int n = SPECIAL.length;
      var row = twins.of(1, n, Lie.DENSE, SPECIAL);
      var column = twins.of(n, 1, Lie.DENSE, SPECIAL);
      var a = twins.of(n, n, Lie.DENSE, SPECIAL);
      var out = twins.random(n, n, Lie.VIEW);
      checkBinary(twins, op, a, column, out);
      var b = twins.random(n, n, Lie.DENSE);
      checkBinary(twins, op, b, row, out);
      checkBinary(twins, op, b, a, a);
    }
  }

  private void checkBinary(Twins twins, BinaryOp op, Twins.Twin a, Twins.Twin b, Twins.Twin out) {
    backend().ops().binary(op, a.tested(), b.tested(), out.tested());
    reference().ops().binary(op, a.expected(), b.expected(), out.expected());
    var name = op + " of " + a.tested().shape() + " and " + b.tested().shape();
    twins.assertClose(out, leniency() * Tolerance.ofRounding(), name);
  }

  @Test
  default void affineAndAddScaledMatchReference() {
    for (var shape : SHAPES) {
      for (var lie : Lie.values()) {
        try (var twins = new Twins(this, 6)) {
          var x = twins.random(shape[0], shape[1], lie);
          var y = twins.random(shape[0], shape[1], lie);
          backend().ops().affine(x.tested(), -1.5f, 0.25f, y.tested());
          reference().ops().affine(x.expected(), -1.5f, 0.25f, y.expected());
          twins.assertClose(y, leniency() * Tolerance.ofFunction(), "affine");
          backend().ops().affine(y.tested(), 3, -1, y.tested());
          reference().ops().affine(y.expected(), 3, -1, y.expected());
          twins.assertClose(y, leniency() * Tolerance.ofFunction(), "affine in place");
          backend().ops().addScaled(0.75f, x.tested(), y.tested());
          reference().ops().addScaled(0.75f, x.expected(), y.expected());
          twins.assertClose(y, leniency() * Tolerance.ofFunction(), "addScaled");
        }
      }
    }
  }

  @Test
  default void copyAndFillWriteTheirMatrixAndNothingElse() {
    for (var shape : SHAPES) {
      for (var lie : Lie.values()) {
        try (var twins = new Twins(this, 7)) {
          var a = twins.of(shape[0], shape[1], lie, SPECIAL);
          var out = twins.random(shape[0], shape[1], Lie.VIEW);
          backend().ops().copy(a.tested(), out.tested());
          reference().ops().copy(a.expected(), out.expected());
          twins.assertSame(out, "copy of " + a.tested().shape());
          backend().ops().fill(out.tested(), -2.5f);
          reference().ops().fill(out.expected(), -2.5f);
          twins.assertSame(out, "fill of " + a.tested().shape());
        }
      }
    }
  }

  @Test
  default void copyTakesInts() {
    var memory = backend().memory();
    try (var from = memory.allocate(DataType.INT32, 10);
        var to = memory.allocate(DataType.INT32, 6)) {
      memory.write(from, 0, new int[] {0, 1, 2, 3, -4, 5, 6, 7, 8, 1 << 30}, 0, 10);
      var view = new Matrix(from, 1, 3, 2, 3, Matrix.Order.NORMAL);
      backend().ops().copy(view, Matrix.of(to, 3, 2));
      var read = new int[6];
      memory.read(to, 0, read, 0, 6);
      Assertions.assertArrayEquals(new int[] {1, 2, -4, 5, 7, 8}, read);
    }
  }

  @Test
  default void keepMasksAreTheReferencesToTheBit() {
    for (var shape : SHAPES) {
      try (var twins = new Twins(this, 8)) {
        var out = twins.random(shape[0], shape[1], Lie.VIEW);
        for (long seed : new long[] {0, 1, -1, 0x123456789ABCDEFL}) {
          for (float keep : new float[] {0.5f, 0.9f, 1}) {
            backend().ops().keepMask(seed, keep, 1 / keep, out.tested());
            reference().ops().keepMask(seed, keep, 1 / keep, out.expected());
            twins.assertSame(out, "mask of " + keep);
          }
        }
      }
    }
  }

  @Test
  default void keepMasksOfNumberedRowsAreTheReferencesToTheBit() {
    try (var twins = new Twins(this, 9)) {
      var rows = twins.ints(4, 0, 9, 4, 1_000_000, 2);
      var out = twins.random(6, 37, Lie.VIEW);
      var draw = new dev.recurrent.spi.TensorOps.MaskDraw(77, 0.6f, 2);
      backend().ops().keepMask(draw, rows.tested(), out.tested());
      reference().ops().keepMask(draw, rows.expected(), out.expected());
      twins.assertSame(out, "mask of numbered rows");
    }
  }
}
