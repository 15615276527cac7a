package dev.recurrent.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("lanes")
class GemmTest {
  private static final int L = Lanes.COUNT;
  private static final Workers ONE = new Workers(1);
  private static final Workers TWO = new Workers(2);

  /** How the elements of a matrix lie in its array. */
  private enum Order {
    ROWS,
    COLUMNS,
    SPARSE_ROWS,
    SPARSE_COLUMNS
  }

  @AfterAll
  static void close() {
    ONE.close();
    TWO.close();
  }

  @Test
  void matchesDoublePrecisionInEveryOrder() {
    int[] sizes = {1, 3, L - 1, L + 1, 2 * L + 3};
    for (int m : sizes) {
      for (int n : sizes) {
        for (int k : sizes) {
          for (var orderA : Order.values()) {
            for (var orderB : Order.values()) {
              check(new Gemm(ONE), m, n, k, orderA, orderB);
            }
          }
        }
      }
    }
  }

  @Test
  void matchesDoublePrecisionAcrossBlocks() {
    var gemm = new Gemm(TWO); // one for all calls: its buffers are used again
    for (var orderA : Order.values()) {
      for (var orderB : Order.values()) {
        check(gemm, 2 * Tiles.ROW_BLOCK + 5, 65, 2 * Tiles.DEPTH_BLOCK + 3, orderA, orderB);
        check(gemm, 7, 128 * L + 5 * L + 3, 40, orderA, orderB);
        check(gemm, 1100, 33, 70, orderA, orderB);
        check(gemm, 2, 2, 2, orderA, orderB);
        for (int m = 1; m <= 4; m++) {
          check(gemm, m, 23 * L + 3, Tiles.DEPTH_BLOCK + 3, orderA, orderB);
          check(gemm, m, 134 * L, 5, orderA, orderB);
        }
      }
    }
  }

  @Test
  void bitsDependNeitherOnWorkersNorOnOrderNorOnCompany() {
    int m = 133;
    int n = 21 * L + 3;
    int k = 300;
    var random = new Random(3);
    float[] values = Randoms.floats(random, m * k);
    float[] weights = Randoms.floats(random, k * n);
    float[] expected = new float[m * n];
    var b = PackedMatrix.plain(k, n, n, 1, PackedMatrix.Tails.EXACT);
    b.pack(new float[][] {weights});
    new Product().overwrite(values, 0, k, m, b, 0, b.panels(), expected, 0, n);
    for (int count : new int[] {1, 2, 3, 16}) {
      try (var workers = new Workers(count)) {
        var gemm = new Gemm(workers);
        for (var orderA : Order.values()) {
          for (var orderB : Order.values()) {
            float[] c = new float[m * n];
            gemm.overwrite(
                MatrixView.of(c, 0, m, n),
                store(values, m, k, orderA),
                store(weights, k, n, orderB));
            assertArrayEquals(expected, c, count + " workers, " + orderA + ", " + orderB);
          }
        }
        float[] c = new float[m * n];
        var a = MatrixView.of(values, 0, m, k);
        gemm.multiply(MatrixView.of(c, 0, m, n), a, b, b.zeros(), 0, 0);
        assertArrayEquals(expected, c, count + " workers, packed");
        float[] rows = new float[m * n];
        for (int i = 0, height = 1; i < m; i += height, height = Math.min(i % 4 + 1, m - i)) {
          gemm.overwrite(
              MatrixView.of(rows, i * n, height, n),
              MatrixView.of(values, i * k, height, k),
              MatrixView.of(weights, 0, k, n));
        }
        assertArrayEquals(expected, rows, count + " workers, a few rows at a time");
        float[] transposed = new float[n * m];
        gemm.overwrite(
            MatrixView.of(transposed, 0, n, m).transposed(), a, MatrixView.of(weights, 0, k, n));
        for (int i = 0; i < m; i++) {
          for (int j = 0; j < n; j++) {
            assertEquals(expected[i * n + j], transposed[j * m + i]);
          }
        }
      }
    }
  }

  @Test
  void twoProductsThatShareTheirLeftOperandHaveTheBitsOfTwoCalls() {
    int panel = Lanes.PANEL_VECTORS * L;
    var random = new Random(7);
    for (int[] columns : new int[][] {{panel, 3}, {2 * panel, panel}, {panel + 1, 5}, {1, panel}}) {
      for (int[] size : new int[][] {{5, 7}, {1030, 40}, {67, Tiles.DEPTH_BLOCK + 3}}) {
        int m = size[0];
        int k = size[1];
        var a = MatrixView.of(Randoms.floats(random, k * m), 0, k, m).transposed();
        var b = MatrixView.of(Randoms.floats(random, k * columns[0]), 0, k, columns[0]);
        var b2 = MatrixView.of(Randoms.floats(random, k * columns[1]), 0, k, columns[1]);
        float[] c = Randoms.floats(random, m * columns[0]);
        float[] c2 = Randoms.floats(random, m * columns[1]);
        float[] expected = c.clone();
        float[] expected2 = c2.clone();
        new Gemm(ONE).accumulate(MatrixView.of(expected, 0, m, columns[0]), a, b);
        new Gemm(ONE).accumulate(MatrixView.of(expected2, 0, m, columns[1]), a, b2);
        new Gemm(TWO)
            .accumulate(
                a, MatrixView.of(c, 0, m, columns[0]), b, MatrixView.of(c2, 0, m, columns[1]), b2);
        assertArrayEquals(expected, c, m + " rows, depth " + k);
        assertArrayEquals(expected2, c2, m + " rows, depth " + k);
      }
    }
  }

  @Test
  void anEmptyReductionLeavesTheStart() {
    float[] c = {1, 2, 3, 4};
    float[] none = {};
    var view = MatrixView.of(c, 0, 2, 2);
    new Gemm(ONE).accumulate(view, MatrixView.of(none, 0, 2, 0), MatrixView.of(none, 0, 0, 2));
    assertArrayEquals(new float[] {1, 2, 3, 4}, c);
    new Gemm(ONE).overwrite(view, MatrixView.of(none, 0, 2, 0), MatrixView.of(none, 0, 0, 2));
    assertArrayEquals(new float[4], c);
    new Gemm(ONE)
        .overwrite(
            MatrixView.of(none, 0, 0, 2), MatrixView.of(none, 0, 0, 1), MatrixView.of(c, 0, 1, 2));
  }

  @Test
  void shapesThatDoNotMatchAreRefused() {
    float[] x = new float[12];
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new Gemm(ONE)
                .overwrite(
                    MatrixView.of(x, 0, 2, 2),
                    MatrixView.of(x, 0, 2, 3),
                    MatrixView.of(x, 0, 2, 3)));
    assertThrows(IllegalArgumentException.class, () -> MatrixView.of(x, 1, 3, 4));
  }

  @Tag("compiled")
  @Test
  void allocatesNothing() {
    var random = new Random(5);
    int m = 31;
    int n = 3 * L + 2;
    int k = 20;
    var c = MatrixView.of(new float[m * n], 0, m, n);
    var a = MatrixView.of(Randoms.floats(random, m * k), 0, m, k);
    var at = MatrixView.of(Randoms.floats(random, m * k), 0, k, m).transposed();
    var b = MatrixView.of(Randoms.floats(random, n * k), 0, k, n);
    var bt = MatrixView.of(Randoms.floats(random, n * k), 0, n, k).transposed();
    var gemm = new Gemm(TWO);
    Runnable all =
        () -> {
          gemm.overwrite(c, a, b);
          gemm.accumulate(c, a, bt);
          gemm.accumulate(c, at, b);
          gemm.overwrite(c, at, bt);
        };
    Allocations.assertAtMost(99, all);
  }

  private static void check(Gemm gemm, int m, int n, int k, Order orderA, Order orderB) {
    var random = new Random(m * 1009L + n * 31L + k);
    float[] values = Randoms.floats(random, m * k);
    float[] weights = Randoms.floats(random, k * n);
    int stride = n + 2;
    float[] c = Randoms.floats(random, 3 + m * stride);
    float[] before = c.clone();
    var a = store(values, m, k, orderA);
    var b = store(weights, k, n, orderB);
    gemm.accumulate(new MatrixView(c, 3, m, n, stride, 1), a, b);
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        double size = 0;
        for (int l = 0; l < k; l++) {
          double term = (double) values[i * k + l] * weights[l * n + j];
          sum += term;
          size += Math.abs(term);
        }
        int at = 3 + i * stride + j;
        double tolerance = 6e-8 * k * (size + 10);
        assertEquals(before[at] + sum, c[at], tolerance);
      }
      assertEquals(before[3 + i * stride + n], c[3 + i * stride + n], "beside the last column");
    }
  }

  /** Stores a row-major matrix in another order. */
  private static MatrixView store(float[] values, int rows, int columns, Order order) {
    var view =
        switch (order) {
          case ROWS -> MatrixView.of(new float[1 + rows * columns], 1, rows, columns);
          case COLUMNS -> MatrixView.of(new float[rows * columns], 0, columns, rows).transposed();
          case SPARSE_ROWS ->
              new MatrixView(new float[rows * (columns + 3)], 0, rows, columns, columns + 3, 1);
          case SPARSE_COLUMNS ->
              new MatrixView(
                  new float[columns * (2 * rows + 1)], 0, rows, columns, 2, 2 * rows + 1);
        };
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        view.data()[view.offset() + i * view.rowStride() + j * view.columnStride()] =
            values[i * columns + j];
      }
    }
    return view;
  }
}
