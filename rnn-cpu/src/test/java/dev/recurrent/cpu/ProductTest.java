package dev.recurrent.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("lanes")
class ProductTest {
  private static final int L = Lanes.COUNT;
  private static final int[] SIZES = {1, 2, 3, 5, L - 1, L, L + 1, 2 * L + 3, 70};

  private final Product product = new Product();

  @Test
  void matchesDoublePrecisionAtAwkwardSizes() {
    for (int m : SIZES) {
      for (int k : SIZES) {
        for (int n : SIZES) {
          check(m, k, n);
        }
      }
    }
    check(3, 2 * Tiles.PACKED_DEPTH_BLOCK + 5, 2 * L + 3);
    check(2 * Tiles.ROW_BLOCK + 1, 7, 9 * L);
  }

  @Test
  void aRowAloneHasTheBitsOfTheRowInABatch() {
    int m = 2 * Tiles.ROW_BLOCK + 11;
    int k = Tiles.PACKED_DEPTH_BLOCK + 9;
    int n = 11 * L + 3;
    var random = new Random(1);
    float[] a = Randoms.floats(random, m * k);
    var b = packed(Randoms.floats(random, n * k), k, n, PackedMatrix.Tails.EXACT);
    float[] start = Randoms.floats(random, m * n);
    float[] batch = start.clone();
    product.accumulate(a, 0, k, m, b, 0, b.panels(), batch, 0, n);
    for (int rows : new int[] {1, 2, 3, 4, 5, 7, 13}) {
      float[] parts = start.clone();
      for (int r = 0; r < m; r += rows) {
        int count = Math.min(rows, m - r);
        product.accumulate(a, r * k, k, count, b, 0, b.panels(), parts, r * n, n);
      }
      assertArrayEquals(batch, parts, "rows " + rows);
    }
    float[] panels = start.clone();
    for (int p = b.panels() - 1; p >= 0; p--) {
      product.accumulate(a, 0, k, m, b, p, p + 1, panels, 0, n);
    }
    assertArrayEquals(batch, panels);
  }

  @Test
  void orderAndGroupingOfVectorColumnsChangeNoBits() {
    int m = 9;
    int k = 37;
    int n = 12 * L;
    var random = new Random(2);
    float[] a = Randoms.floats(random, m * k);
    float[] w = Randoms.floats(random, n * k);
    var plain = packed(w, k, n, PackedMatrix.Tails.EXACT);
    float[] expected = new float[m * n];
    product.overwrite(a, 0, k, m, plain, 0, plain.panels(), expected, 0, n);
    var columns = new ArrayList<VectorColumn>();
    for (int v = 0; v < plain.vectorColumns(); v++) {
      columns.add(plain.column(v));
    }
    for (int group : new int[] {1, 2, 3, 4, 5, 12}) {
      Collections.shuffle(columns, random);
      var shuffled = new PackedMatrix(k, columns, group, PackedMatrix.Tails.PADDED);
      shuffled.pack(new float[][] {w});
      float[] c = new float[m * n];
      product.overwrite(a, 0, k, m, shuffled, 0, shuffled.panels(), c, 0, n);
      assertArrayEquals(expected, c, "group " + group);
      for (int p = 0; p < shuffled.panels(); p++) {
        int first = shuffled.panelFirst(p);
        assertEquals(first / group, (shuffled.panelFirst(p + 1) - 1) / group);
      }
    }
  }

  @Test
  void startsFromABiasRowOrAnotherMatrix() {
    int m = 8;
    int k = 5;
    int n = 2 * L + 3;
    var random = new Random(3);
    float[] a = Randoms.floats(random, m * k);
    var b = packed(Randoms.floats(random, n * k), k, n, PackedMatrix.Tails.EXACT);
    float[] bias = Randoms.floats(random, n + 2);
    float[] expected = new float[m * n];
    for (int r = 0; r < m; r++) {
      System.arraycopy(bias, 2, expected, r * n, n);
    }
    float[] other = expected.clone();
    product.accumulate(a, 0, k, m, b, 0, b.panels(), expected, 0, n);
    float[] c = new float[m * n];
    product.multiply(a, 0, k, m, b, 0, b.panels(), bias, 2, 0, c, 0, n);
    assertArrayEquals(expected, c);
    Arrays.fill(c, Float.NaN);
    product.multiply(a, 0, k, m, b, 0, b.panels(), other, 0, n, c, 0, n);
    assertArrayEquals(expected, c);
  }

  @Tag("compiled")
  @Test
  void allocatesNothing() {
    int k = 40;
    int n = 5 * L + 3;
    var random = new Random(4);
    float[] a = Randoms.floats(random, 64 * k);
    float[] w = Randoms.floats(random, n * k);
    var b = packed(w, k, n, PackedMatrix.Tails.EXACT);
    float[] c = new float[64 * n];
    float[][] sources = {w};
    Runnable all =
        () -> {
          for (int rows : new int[] {1, 2, 3, 4, 5, 6, 64}) {
            product.accumulate(a, 0, k, rows, b, 0, b.panels(), c, 0, n);
          }
          b.pack(sources);
        };
    // 7 small arrays of row counts may remain; a boxed vector would be thousands of bytes a call
    Allocations.assertAtMost(99, all);
  }

  private void check(int m, int k, int n) {
    var random = new Random(m * 10007L + k * 101L + n);
    int aStride = k + 3;
    float[] a = Randoms.floats(random, 2 + m * aStride);
    float[] w = Randoms.floats(random, n * k);
    var exact = packed(w, k, n, PackedMatrix.Tails.EXACT);
    var padded = packed(w, k, n, PackedMatrix.Tails.PADDED);
    int cStride = n + 1;
    float[] c = Randoms.floats(random, 5 + m * cStride);
    float[] before = c.clone();
    product.accumulate(a, 2, aStride, m, exact, 0, exact.panels(), c, 5, cStride);
    int wide = Lanes.padded(n) + L;
    float[] scratch = new float[m * wide];
    product.overwrite(a, 2, aStride, m, padded, 0, padded.panels(), scratch, 0, wide);
    for (int r = 0; r < m; r++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        double size = 0;
        for (int i = 0; i < k; i++) {
          double term = (double) a[2 + r * aStride + i] * w[j * k + i];
          sum += term;
          size += Math.abs(term);
        }
        int at = 5 + r * cStride + j;
        double perTerm = Lanes.FUSED ? 6e-8 : 12e-8; // roundings of half an ulp
        double tolerance = perTerm * k * (size + Math.abs(before[at])) + 1e-12;
        assertEquals(sum, scratch[r * wide + j], tolerance);
        assertEquals(before[at] + sum, c[at], tolerance);
      }
      int gap = 5 + r * cStride + n;
      assertEquals(before[gap], c[gap], "beside the last column");
    }
    assertArrayEquals(Arrays.copyOf(before, 5), Arrays.copyOf(c, 5));
  }

  /** Packs B whose transpose [n, k] is row-major, as weights are. */
  private static PackedMatrix packed(float[] w, int k, int n, PackedMatrix.Tails tails) {
    var b = PackedMatrix.plain(k, n, 1, k, tails);
    b.pack(new float[][] {w});
    return b;
  }

  @Test
  void packsFromEitherOrderTheSame() {
    for (int k : SIZES) {
      for (int n : SIZES) {
        float[] w = Randoms.floats(new Random(k * 31L + n), n * k);
        float[] transposed = new float[n * k];
        for (int j = 0; j < n; j++) {
          for (int i = 0; i < k; i++) {
            transposed[i * n + j] = w[j * k + i];
          }
        }
        var b = packed(w, k, n, PackedMatrix.Tails.EXACT);
        var t = PackedMatrix.plain(k, n, n, 1, PackedMatrix.Tails.EXACT);
        t.pack(new float[][] {transposed});
        assertArrayEquals(b.data(), t.data());
        assertEquals(k, b.depth());
      }
    }
  }
}
