package dev.recurrent.train;

/**
 * Says how the powers of a square matrix grow. Without inputs and activation a recurrent layer has
 * h_{t+n} = W^n h_t, and the gradient goes back through the same power, transposed; with the
 * largest |λ| of W below 1 both vanish, above 1 they explode (Pascanu et al. 2013).
 */
public final class MatrixPowers {
  /** The power that gives the spectral radius: 16 squarings, and four digits. */
  private static final int LARGE_POWER = 1 << 16;

  private final Power first;

  private MatrixPowers(Power first) {
    this.first = first;
  }

  /**
   * Takes a matrix.
   *
   * @param values {@code [size, size]}, row-major, copied
   * @throws IllegalArgumentException if there are not size² values, or not all are finite
   */
  public static MatrixPowers of(float[] values, int size) {
    if (size < 1 || values.length != (long) size * size) {
      throw new IllegalArgumentException(
          "matrix: expected [size="
              + size
              + ", size] of at least 1, got "
              + values.length
              + " values");
    }
    var copy = new double[values.length];
    for (int i = 0; i < copy.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "matrix: expected finite values, got " + values[i] + " at " + i);
      }
      copy[i] = values[i];
    }
    return new MatrixPowers(Power.of(copy, size, 0));
  }

  /**
   * Returns ‖W^n‖ / √size in the Frobenius norm: the factor by which W^n changes the length of a
   * vector of random direction, in the mean square. Infinite where a double ends.
   *
   * @param n at least 1
   */
  public double growth(int n) {
    if (n < 1) {
      throw new IllegalArgumentException("power: expected at least 1, got " + n);
    }
    return Math.exp(first.raised(n).logNorm) / Math.sqrt(first.size);
  }

  /**
   * Holds bounds of a spectral radius, the largest |λ| of a matrix, up to rounding.
   *
   * @param atLeast the lower bound
   * @param atMost the upper bound
   */
  public record SpectralRadius(double atLeast, double atMost) {}

  /**
   * Encloses the largest |λ|, complex eigenvalues included, without computing any: |tr W^n| / size
   * ≤ |λ|^n ≤ ‖W^n‖ (the right side: Gelfand 1941), here with n = 65,536. The bounds are mostly a
   * factor of about size^(3/2n) apart, 1.0001 for a size of 64; the lower one is 0 where the
   * eigenvalues' powers cancel, as those of a cyclic permutation can. Takes 16 products of {@code
   * [size, size]}.
   */
  public SpectralRadius spectralRadius() {
    var power = first.raised(LARGE_POWER);
    double atMost = Math.exp(power.logNorm / LARGE_POWER);
    double share = Math.abs(power.trace()) / first.size; // of the norm
    return new SpectralRadius(atMost * Math.pow(share, 1.0 / LARGE_POWER), atMost);
  }

  /** Is a power as {@code unit · exp(logNorm)}, so that none is too large or too small. */
  private record Power(double[] unit, int size, double logNorm) {

    /** Divides by the Frobenius norm. */
    static Power of(double[] values, int size, double logScale) {
      double largest = 0;
      for (double value : values) {
        largest = Math.max(largest, Math.abs(value));
      }
      if (largest == 0) {
        return new Power(values, size, Double.NEGATIVE_INFINITY);
      }
      double sum = 0;
      for (double value : values) {
        sum += value / largest * (value / largest);
      }
      double norm = largest * Math.sqrt(sum);
      for (int i = 0; i < values.length; i++) {
        values[i] /= norm;
      }
      return new Power(values, size, logScale + Math.log(norm));
    }

    Power raised(int n) {
      if (n == 1) {
        return this;
      }
      var half = raised(n / 2);
      var even = half.times(half);
      return n % 2 == 0 ? even : even.times(this);
    }

    private Power times(Power other) {
      var product = new double[size * size];
      for (int i = 0; i < size; i++) {
        for (int k = 0; k < size; k++) {
          double factor = unit[i * size + k];
          for (int j = 0; j < size; j++) {
            product[i * size + j] += factor * other.unit[k * size + j];
          }
        }
      }
      return of(product, size, logNorm + other.logNorm);
    }

    double trace() {
      double sum = 0;
      for (int i = 0; i < size; i++) {
        sum += unit[i * size + i];
      }
      return sum;
    }
  }
}
