package dev.recurrent.cell;

import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Draws matrices with orthonormal rows or columns, by Gram-Schmidt on normal draws: block by block,
 * so that most of it is a product of matrices, shared out over the processors. Each number is one
 * chain of operations in a fixed order, which makes the bits the same on any machine with any
 * number of threads.
 */
final class OrthogonalInitializer {
  /** How many vectors are made orthogonal to each other before all later ones are to them. */
  private static final int BLOCK = 64;

  /** How many rows are added at once; divides {@link #BLOCK}. */
  private static final int ROWS = 4;

  /** How many vectors one thread takes at once. */
  private static final int CHUNK = 256;

  /** What is left of a vector after projection, below which rounding errors are projected again. */
  private static final double CANCELLED = 1e-3;

  private OrthogonalInitializer() {}

  static void fill(float[] values, int offset, int rows, int columns, RandomGenerator random) {
    boolean wide = rows <= columns;
    var basis = orthonormal(Math.min(rows, columns), Math.max(rows, columns), random);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        values[offset + r * columns + c] = (float) (wide ? basis[c][r] : basis[r][c]);
      }
    }
  }

  /**
   * Returns {@code count} orthonormal vectors of {@code length}, a column each: row k has their
   * k-th numbers. A few rows of zeros follow.
   */
  private static double[][] orthonormal(int count, int length, RandomGenerator random) {
    var basis = new double[Math.ceilDiv(length, ROWS) * ROWS][count];
    var block = new double[Math.min(BLOCK, count)][length]; // a row each
    for (int i = 0; i < count; i++) {
      draw(block[0], random);
      setColumn(basis, i, block[0]);
    }
    for (int start = 0; start < count; start += BLOCK) {
      int size = Math.min(BLOCK, count - start);
      for (int j = 0; j < size; j++) {
        getColumn(basis, start + j, block[j]);
        normalize(block, j, basis, start, random);
        setColumn(basis, start + j, block[j]);
      }
      if (start + size < count) {
        removeBlock(block, basis, start + size);
      }
    }
    return basis;
  }

  private static void getColumn(double[][] matrix, int column, double[] v) {
    for (int k = 0; k < v.length; k++) {
      v[k] = matrix[k][column];
    }
  }

  private static void setColumn(double[][] matrix, int column, double[] v) {
    for (int k = 0; k < v.length; k++) {
      matrix[k][column] = v[k];
    }
  }

  private static void draw(double[] v, RandomGenerator random) {
    for (int k = 0; k < v.length; k++) {
      v[k] = random.nextGaussian();
    }
  }

  /**
   * Makes vector j of a block one of length 1, orthogonal to those before it in the block; to those
   * of the blocks before it is so already, unless little is left of it.
   */
  private static void normalize(
      double[][] block, int j, double[][] basis, int start, RandomGenerator random) {
    var v = block[j];
    double norm = removeTwice(block, j);
    if (start > 0 && norm < CANCELLED * Math.sqrt(v.length)) {
      norm = removeAll(block, j, basis, start);
    }
    while (norm < 1e-6) {
      draw(v, random);
      norm = removeAll(block, j, basis, start);
    }
    for (int k = 0; k < v.length; k++) {
      v[k] /= norm;
    }
  }

  /** Makes vector j orthogonal to all before it, and returns its length. */
  private static double removeAll(double[][] block, int j, double[][] basis, int start) {
    var other = new double[block[j].length];
    for (int pass = 0; pass < 2; pass++) {
      for (int i = 0; i < start; i++) {
        getColumn(basis, i, other);
        removeProjection(block[j], other);
      }
    }
    return removeTwice(block, j);
  }

  private static double removeTwice(double[][] block, int j) {
    for (int pass = 0; pass < 2; pass++) {
      for (int i = 0; i < j; i++) {
        removeProjection(block[j], block[i]);
      }
    }
    return Math.sqrt(dot(block[j], block[j]));
  }

  private static void removeProjection(double[] v, double[] unit) {
    double projection = dot(v, unit);
    for (int k = 0; k < v.length; k++) {
      v[k] -= projection * unit[k];
    }
  }

  /** Removes the projections on a whole block from the columns of a matrix from one on. */
  private static void removeBlock(double[][] block, double[][] matrix, int from) {
    int count = matrix[0].length;
    var weights = new double[matrix.length][BLOCK]; // the block, a column each
    for (int j = 0; j < BLOCK; j++) {
      setColumn(weights, j, block[j]);
    }
    var products = new double[BLOCK][count];
    IntStream.range(0, Math.ceilDiv(count - from, CHUNK))
        .parallel()
        .forEach(
            chunk -> {
              int first = from + chunk * CHUNK;
              var columns = new Columns(first, Math.min(first + CHUNK, count));
              columns.project(matrix, weights, products);
              columns.remove(matrix, weights, products);
            });
  }

  /** Some columns of matrices, from {@code from} to before {@code to}. */
  private record Columns(int from, int to) {

    /** Adds to products {@code [BLOCK, columns]} the transpose of weights times the matrix. */
    void project(double[][] matrix, double[][] weights, double[][] products) {
      var w = new double[ROWS];
      for (int k = 0; k < matrix.length; k += ROWS) {
        for (int j = 0; j < BLOCK; j++) {
          for (int i = 0; i < ROWS; i++) {
            w[i] = weights[k + i][j];
          }
          addRows(products[j], matrix, k, w);
        }
      }
    }

    /** Subtracts from the matrix the weights times products. */
    void remove(double[][] matrix, double[][] weights, double[][] products) {
      var w = new double[ROWS];
      for (int k = 0; k < matrix.length; k++) {
        for (int j = 0; j < BLOCK; j += ROWS) {
          for (int i = 0; i < ROWS; i++) {
            w[i] = -weights[k][j + i];
          }
          addRows(matrix[k], products, j, w);
        }
      }
    }

    /** Adds rows with weights; all have one index, so that vector code is made of the loop. */
    private void addRows(double[] sum, double[][] rows, int first, double[] w) {
      double[] r0 = rows[first];
      double[] r1 = rows[first + 1];
      double[] r2 = rows[first + 2];
      double[] r3 = rows[first + 3];
      double w0 = w[0];
      double w1 = w[1];
      double w2 = w[2];
      double w3 = w[3];
      for (int c = from; c < to; c++) {
        sum[c] += w0 * r0[c] + w1 * r1[c] + w2 * r2[c] + w3 * r3[c];
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
