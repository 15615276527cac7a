package dev.recurrent.bench.compare;

import dev.recurrent.spi.Backend;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import java.util.Arrays;
import tools.jackson.databind.node.ObjectNode;

/** Finds the speed of a backend's matrix product at the size where it is best. */
final class BestProduct {
  /** M, K, N: cubes, and the products of a whole sequence of 100 steps and 64 rows. */
  private static final int[][] SIZES = {
    {256, 256, 256},
    {512, 512, 512},
    {1024, 1024, 1024},
    {6400, 256, 1024},
    {6400, 1024, 256},
    {3200, 512, 2048},
    {1600, 1024, 4096}
  };

  private final Backend backend;

  BestProduct(Backend backend) {
    this.backend = backend;
  }

  /** Spends about {@code seconds} and gives the best {@code gflops} and its {@code size}. */
  void measure(double seconds, ObjectNode answer) {
    double best = 0;
    int[] bestSize = SIZES[0];
    for (var size : SIZES) {
      double gflops = measure(size, seconds / SIZES.length);
      if (gflops > best) {
        best = gflops;
        bestSize = size;
      }
    }
    answer.put("gflops", best).put("size", Arrays.toString(bestSize));
  }

  private double measure(int[] size, double seconds) {
    var memory = backend.memory();
    int m = size[0];
    int k = size[1];
    int n = size[2];
    try (var a = memory.allocate(DataType.FLOAT32, m * k);
        var b = memory.allocate(DataType.FLOAT32, k * n);
        var c = memory.allocate(DataType.FLOAT32, m * n)) {
      backend.ops().fill(Matrix.of(a, m, k), 0.5f);
      backend.ops().fill(Matrix.of(b, k, n), 0.25f);
      double best = Double.MAX_VALUE;
      long end = System.nanoTime() + (long) (seconds * 1e9);
      for (int i = 0; i < 5 || System.nanoTime() < end; i++) {
        long before = System.nanoTime();
        backend.ops().multiply(Matrix.of(a, m, k), Matrix.of(b, k, n), Matrix.of(c, m, n), 0);
        backend.synchronize();
        best = Math.min(best, (double) (System.nanoTime() - before));
      }
      return 2.0 * m * k * n / best;
    }
  }
}
