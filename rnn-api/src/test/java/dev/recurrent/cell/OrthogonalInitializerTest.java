package dev.recurrent.cell;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import java.util.concurrent.ForkJoinPool;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class OrthogonalInitializerTest {
  @Test
  void rowsOrColumnsAreOrthonormal() {
    for (var shape : new int[][] {{1, 1}, {3, 7}, {64, 64}, {65, 65}, {130, 200}, {333, 129}}) {
      assertOrthonormal(
          fill(shape[0], shape[1], new SplittableRandom(1)), shape[0], shape[1], 1e-6);
    }
  }

  /** Gram-Schmidt, as it is in the books, of the same normal draws. */
  @Test
  void valuesAreThoseOfGramSchmidtOnNormalDraws() {
    int n = 150;
    var random = new SplittableRandom(3);
    var rows = new double[n][n];
    for (var row : rows) {
      for (int k = 0; k < n; k++) {
        row[k] = random.nextGaussian();
      }
    }
    var expected = new float[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < 2 * i; j++) {
        add(rows[i], rows[j % i], -dot(rows[i], rows[j % i]));
      }
      double norm = Math.sqrt(dot(rows[i], rows[i]));
      for (int k = 0; k < n; k++) {
        rows[i][k] /= norm;
        expected[i * n + k] = (float) rows[i][k];
      }
    }
    assertArrayEquals(expected, fill(n, n, new SplittableRandom(3)), 1e-7f);
  }

  @Test
  void anyNumberOfThreadsGivesTheSameBits() throws Exception {
    var one = in(1);
    assertArrayEquals(one, in(2));
    assertArrayEquals(one, in(7));
  }

  private static float[] in(int threads) throws Exception {
    try (var pool = new ForkJoinPool(threads)) {
      return pool.submit(() -> fill(700, 700, new SplittableRandom(2))).get();
    }
  }

  /** Draws that nearly repeat earlier ones: little is left of them but rounding errors. */
  @Test
  void drawsThatDependOnEachOtherBecomeOrthonormal() {
    int n = 200;
    var source = new SplittableRandom(4);
    var drawn = new double[n * n];
    RandomGenerator repeating =
        new RandomGenerator() {
          private int next;

          @Override
          public long nextLong() {
            return source.nextLong();
          }

          @Override
          public double nextGaussian() {
            double noise = source.nextGaussian();
            int earlier = next % (100 * n);
            drawn[next] = next < 100 * n ? noise : drawn[earlier] + 1e-4 * noise;
            return drawn[next++];
          }
        };
    assertOrthonormal(fill(n, n, repeating), n, n, 1e-5);
  }

  private static float[] fill(int rows, int columns, RandomGenerator random) {
    var values = new float[rows * columns];
    OrthogonalInitializer.fill(values, 0, rows, columns, random);
    return values;
  }

  private static void assertOrthonormal(float[] values, int rows, int columns, double tolerance) {
    boolean wide = rows <= columns;
    int count = wide ? rows : columns;
    int length = wide ? columns : rows;
    for (int i = 0; i < count; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = 0;
        for (int k = 0; k < length; k++) {
          sum +=
              wide
                  ? (double) values[i * columns + k] * values[j * columns + k]
                  : (double) values[k * columns + i] * values[k * columns + j];
        }
        assertEquals(i == j ? 1 : 0, sum, tolerance, i + ", " + j);
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }

  private static void add(double[] to, double[] vector, double factor) {
    for (int k = 0; k < to.length; k++) {
      to[k] += factor * vector[k];
    }
  }
}
