package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MatrixPowersTest {
  /** ln(size) / 65,536, the width that the two bounds of a small matrix come to, rounded up. */
  private static final double WIDTH = 2e-4;

  private static void assertRadius(double want, float[] matrix, int size) {
    var radius = MatrixPowers.of(matrix, size).spectralRadius();
    assertTrue(radius.atLeast() <= radius.atMost(), radius::toString);
    assertEquals(want, radius.atLeast(), WIDTH * want, radius::toString);
    assertEquals(want, radius.atMost(), WIDTH * want, radius::toString);
    double roundOff = 1e-6 * want; // the entries are floats
    assertTrue(radius.atLeast() - roundOff <= want, radius::toString);
    assertTrue(radius.atMost() + roundOff >= want, radius::toString);
  }

  @ParameterizedTest
  @ValueSource(floats = {0.5f, -0.5f, 1, 2, -3, 1e-20f, 1e20f})
  void radiusOfOneNumberIsItsSize(float value) {
    assertRadius(Math.abs(value), new float[] {value}, 1);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1, 1.5})
  void radiusOfARotationWithComplexEigenvaluesIsItsScale(double scale) {
    for (double angle : new double[] {0.1, 1, 2.5}) {
      float cos = (float) (scale * Math.cos(angle));
      float sin = (float) (scale * Math.sin(angle));
      assertRadius(Math.hypot(cos, sin), new float[] {cos, -sin, sin, cos}, 2);
    }
  }

  @Test
  void boundsOfTheIdentityAreOneAndTheRootOfItsNorm() {
    var radius = of(3, 1, 0, 0, 0, 1, 0, 0, 0, 1).spectralRadius();
    assertEquals(1, radius.atLeast(), 1e-12);
    assertEquals(Math.pow(3, 0.5 / 65536), radius.atMost(), 1e-12);
  }

  @Test
  void radiusOfATriangleIsTheLargestOnItsDiagonal() {
    // Far from normal: W^10 is thousands of times as large as 0.9^10.
    assertRadius(0.9f, new float[] {0.9f, 100, 30, 0, -0.7f, 50, 0, 0, 0.2f}, 3);
  }

  @Test
  void radiusOfRealEigenvaluesOfBothSignsIsTheirLargest() {
    // Symmetric with λ = 3 and -1, then with λ = 1 and -3.
    assertRadius(3, new float[] {1, 2, 2, 1}, 2);
    assertRadius(3, new float[] {-1, 2, 2, -1}, 2);
  }

  @Test
  void radiusOfARandomMatrixIsThatOfItsTransposeAndGrowsWithIt() {
    int size = 17;
    var random = new SplittableRandom(3);
    var matrix = new float[size * size];
    var transposed = new float[size * size];
    var doubled = new float[size * size];
    for (int i = 0; i < matrix.length; i++) {
      matrix[i] = (float) (random.nextGaussian() / Math.sqrt(size));
      transposed[i % size * size + i / size] = matrix[i];
      doubled[i] = 2 * matrix[i];
    }
    double radius = MatrixPowers.of(matrix, size).spectralRadius().atMost();
    assertRadius(radius, transposed, size);
    assertRadius(2 * radius, doubled, size);
    assertEquals(1, radius, 0.35); // the circular law
  }

  @Test
  void nilpotentMatrixHasNoRadiusButOnePowerThatGrows() {
    var powers = MatrixPowers.of(new float[] {0, 5, 0, 0}, 2);
    assertEquals(new MatrixPowers.SpectralRadius(0, 0), powers.spectralRadius());
    assertEquals(5 / Math.sqrt(2), powers.growth(1), 1e-12);
    assertEquals(0, powers.growth(2));
    assertEquals(0, powers.growth(3));
  }

  @Test
  void growthIsTheMeanSquareStretchOfThePower() {
    var powers = MatrixPowers.of(new float[] {2, 1, 0, 1}, 2);
    // By hand: W^2 = [4 3; 0 1], W^3 = [8 7; 0 1], W^5 = [32 31; 0 1].
    assertEquals(Math.sqrt((4 + 1 + 1) / 2.0), powers.growth(1), 1e-12);
    assertEquals(Math.sqrt((16 + 9 + 1) / 2.0), powers.growth(2), 1e-12);
    assertEquals(Math.sqrt((64 + 49 + 1) / 2.0), powers.growth(3), 1e-12);
    assertEquals(Math.sqrt((1024 + 961 + 1) / 2.0), powers.growth(5), 1e-11);
    assertEquals(Double.POSITIVE_INFINITY, powers.growth(5000));
  }

  @Test
  void wrongMatricesAreRefused() {
    assertMessage(
        "matrix: expected [size=2, size] of at least 1, got 3 values", () -> of(2, 1, 2, 3));
    assertMessage("matrix: expected [size=0, size] of at least 1, got 0 values", () -> of(0));
    assertMessage("matrix: expected finite values, got NaN at 3", () -> of(2, 1, 2, 3, Float.NaN));
    assertMessage("power: expected at least 1, got 0", () -> of(1, 2).growth(0));
  }

  private static MatrixPowers of(int size, float... values) {
    return MatrixPowers.of(values, size);
  }

  private static void assertMessage(String want, org.junit.jupiter.api.function.Executable code) {
    assertEquals(want, assertThrows(IllegalArgumentException.class, code).getMessage());
  }
}
