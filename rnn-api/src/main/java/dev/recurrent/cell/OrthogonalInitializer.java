package dev.recurrent.cell;

import java.util.random.RandomGenerator;

/** Draws matrices with orthonormal rows or columns. */
final class OrthogonalInitializer {
  private OrthogonalInitializer() {}

  static void fill(float[] values, int offset, int rows, int columns, RandomGenerator random) {
    boolean wide = rows <= columns;
    var basis = orthonormal(Math.min(rows, columns), Math.max(rows, columns), random);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        values[offset + r * columns + c] = (float) (wide ? basis[r][c] : basis[c][r]);
      }
    }
  }

  /** Returns {@code count} orthonormal vectors of {@code length}: a row each. */
  private static double[][] orthonormal(int count, int length, RandomGenerator random) {
    var basis = new double[count][length];
    for (int i = 0; i < count; i++) {
      var v = basis[i];
      double norm;
      do {
        for (int k = 0; k < length; k++) {
          v[k] = random.nextGaussian();
        }
        removeProjections(basis, i);
        removeProjections(basis, i);
        norm = Math.sqrt(dot(v, v));
      } while (norm < 1e-6);
      for (int k = 0; k < length; k++) {
        v[k] /= norm;
      }
    }
    return basis;
  }

  private static void removeProjections(double[][] basis, int i) {
    for (int j = 0; j < i; j++) {
      double projection = dot(basis[i], basis[j]);
      for (int k = 0; k < basis[i].length; k++) {
        basis[i][k] -= projection * basis[j][k];
      }
    }
  }

  /** Sums in four chains: a single chain of additions would wait for each of them. */
  private static double dot(double[] a, double[] b) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int k = 0;
    for (; k + 4 <= a.length; k += 4) {
      s0 += a[k] * b[k];
      s1 += a[k + 1] * b[k + 1];
      s2 += a[k + 2] * b[k + 2];
      s3 += a[k + 3] * b[k + 3];
    }
    for (; k < a.length; k++) {
      s0 += a[k] * b[k];
    }
    return (s0 + s1) + (s2 + s3);
  }
}
