package dev.recurrent.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("lanes")
class VectorMathTest {
  private interface Vectors {
    FloatVector apply(FloatVector x);
  }

  private interface Scalars {
    float apply(float x);
  }

  @Test
  void expIsAccurate() {
    check(VectorMath::exp, ScalarMath::exp, Math::exp, new Bounds(Double.MAX_VALUE, 1, -200));
  }

  @Test
  void sigmoidIsAccurate() {
    DoubleUnaryOperator exact = x -> 1 / (1 + Math.exp(-x));
    check(VectorMath::sigmoid, ScalarMath::sigmoid, exact, new Bounds(1e-7, 6, -87));
  }

  @Test
  void tanhIsAccurate() {
    var never = -Double.MAX_VALUE;
    check(VectorMath::tanh, ScalarMath::tanh, Math::tanh, new Bounds(1.5e-7, 2.5, never));
    for (float x = -12; x < 12; x += 1e-4f) {
      assertTrue(Math.abs(ScalarMath.tanh(x)) <= 1);
    }
  }

  @Test
  void logIsAccurate() {
    check(VectorMath::log, ScalarMath::log, Math::log, new Bounds(4e-6, 1, -1));
  }

  @Test
  void softplusIsAccurate() {
    DoubleUnaryOperator exact = x -> x > 40 ? x : Math.log1p(Math.exp(x));
    check(VectorMath::softplus, ScalarMath::softplus, exact, new Bounds(Double.MAX_VALUE, 4, -87));
  }

  @Test
  void sqrtReluAndReciprocalAreExact() {
    var exact = new Bounds(Double.MAX_VALUE, 0.5001, -Double.MAX_VALUE);
    check(VectorMath::sqrt, ScalarMath::sqrt, Math::sqrt, exact);
    check(VectorMath::relu, ScalarMath::relu, x -> x < 0 ? 0 : x, exact);
    check(VectorMath::reciprocal, ScalarMath::reciprocal, x -> 1 / x, exact);
  }

  private static FloatVector load(float[] x, int i) {
    return FloatVector.fromArray(Lanes.SPECIES, x, i);
  }

  /** Largest errors allowed: absolute, and in ulp for arguments from {@code ulpFrom} up. */
  private record Bounds(double absolute, double ulp, double ulpFrom) {}

  /**
   * Compares with the double function, and vector with scalar bits, over a spread of all floats.
   */
  private static void check(
      Vectors vectors, Scalars scalars, DoubleUnaryOperator exact, Bounds bounds) {
    float[] x = arguments();
    float[] y = new float[x.length];
    for (int i = 0; i < x.length; i += Lanes.COUNT) {
      vectors.apply(load(x, i)).intoArray(y, i);
    }
    for (int i = 0; i < x.length; i++) {
      float scalar = scalars.apply(x[i]);
      if (Float.floatToIntBits(scalar) != Float.floatToIntBits(y[i])) {
        throw new AssertionError("x %s: scalar %s, vector %s".formatted(x[i], scalar, y[i]));
      }
      double expected = exact.applyAsDouble(x[i]);
      float rounded = (float) expected;
      if (Float.isNaN(rounded) || Float.isInfinite(rounded)) {
        assertEquals(rounded, y[i], "x " + x[i]);
        continue;
      }
      double error = Math.abs(y[i] - expected);
      if (!(error <= bounds.absolute())) {
        throw new AssertionError("x %s: expected %s, got %s".formatted(x[i], expected, y[i]));
      }
      double ulp = Math.ulp(rounded) * (Lanes.FUSED ? 1 : 3); // the bounds are those with fma
      if (x[i] >= bounds.ulpFrom() && !(error <= bounds.ulp() * ulp)) {
        throw new AssertionError(
            "x %s: expected %s, got %s, %.2f ulp"
                .formatted(x[i], expected, y[i], error / Math.ulp(rounded)));
      }
    }
  }

  private static float[] arguments() {
    int every = 4_000_000;
    float[] x = new float[every + 4096 * 16];
    var random = new Random(6);
    int n = 0;
    for (int exponent = 0; exponent < 256; exponent++) {
      for (int mantissa : new int[] {0, 1, 0x3fffff, 0x400000, 0x555555, 0x7ffffe, 0x7fffff}) {
        x[n++] = Float.intBitsToFloat(exponent << 23 | mantissa);
        x[n] = -x[n - 1];
        n++;
      }
    }
    while (n < x.length) {
      switch (n % 4) {
        case 0 -> x[n++] = Float.intBitsToFloat(random.nextInt());
        case 1 -> x[n++] = (float) random.nextGaussian();
        case 2 -> x[n++] = random.nextFloat(-12, 12);
        default -> x[n++] = random.nextFloat(-110, 110);
      }
    }
    return x;
  }
}
