package dev.recurrent.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

/**
 * Says how far single precision may be from double. A rounding is at most u = 2⁻²⁴ of the result; a
 * sum of n products of numbers of the size of 1 is off by at most about n u times its largest
 * partial sum, and in any order by about √n u. The suite allows n times a few u, which a swapped
 * operand, a lost row or half precision (2⁻¹¹) misses by far.
 */
public final class Tolerance {
  private static final double U = 0x1p-24;

  private Tolerance() {}

  /** Returns the tolerance of one operation that is rounded correctly, or nearly so. */
  public static double ofRounding() {
    return 2 * U;
  }

  /** Returns the tolerance of an approximated function. */
  public static double ofFunction() {
    return 16 * U;
  }

  /** Returns the tolerance of a sum of {@code length} products of numbers of the size of 1. */
  public static double ofSum(int length) {
    return 8 * U * Math.max(1, length);
  }

  /** Asserts that two results agree: NaN where NaN is expected, and infinities exactly. */
  public static void assertClose(float[] expected, float[] actual, double tolerance, String name) {
    assertEquals(expected.length, actual.length, name + ": length");
    for (int i = 0; i < expected.length; i++) {
      double e = expected[i];
      boolean close =
          Float.compare(expected[i], actual[i]) == 0
              || Math.abs(actual[i] - e) <= tolerance * Math.max(1, Math.abs(e));
      if (!close) {
        fail(
            "%s: element %d: expected %s, got %s, tolerance %.2g"
                .formatted(name, i, expected[i], actual[i], tolerance));
      }
    }
  }

  /** Asserts that two results are the same to the bit. */
  public static void assertSameBits(float[] expected, float[] actual, String name) {
    assertEquals(expected.length, actual.length, name + ": length");
    for (int i = 0; i < expected.length; i++) {
      if (Float.floatToIntBits(expected[i]) != Float.floatToIntBits(actual[i])) {
        fail("%s: element %d: expected %s, got %s".formatted(name, i, expected[i], actual[i]));
      }
    }
  }
}
