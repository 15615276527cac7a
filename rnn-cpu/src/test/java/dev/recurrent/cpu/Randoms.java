package dev.recurrent.cpu;

import java.util.random.RandomGenerator;

/** Makes test data. */
final class Randoms {
  private Randoms() {}

  /** Returns n distinct normal numbers. */
  static float[] floats(RandomGenerator random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
