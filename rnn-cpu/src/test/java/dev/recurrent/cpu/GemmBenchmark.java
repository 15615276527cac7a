package dev.recurrent.cpu;

import java.util.Random;

/** Prints GFLOP/s of the products, best of many runs. Not a test: run its {@code main}. */
final class GemmBenchmark {
  private static final int[][] SHAPES = { // M, K, N, 1 where A is transposed
    {64, 256, 1024, 0},
    {6400, 256, 1024, 0},
    {1024, 6400, 256, 1},
    {6400, 1024, 256, 0},
    {1, 256, 1024, 0},
    {2, 256, 1024, 0},
    {8, 256, 1024, 0},
    {32, 64, 256, 0},
    {64, 64, 64, 0},
    {512, 512, 512, 0},
    {2048, 2048, 2048, 0},
    {6400, 256, 65, 0}
  };

  private GemmBenchmark() {}

  public static void main(String[] arguments) {
    System.out.printf("%d lanes, panels of %d vectors%n", Lanes.COUNT, Lanes.PANEL_VECTORS);
    System.out.println(
        "M K N: GFLOP/s packed B 1, 2 threads; Gemm 1, 2 threads; B transposed 1, 2");
    try (var one = new Workers(1);
        var two = new Workers(2)) {
      for (int[] shape : SHAPES) {
        measure(shape, new Gemm(one), new Gemm(two));
      }
    }
  }

  private static void measure(int[] shape, Gemm one, Gemm two) {
    int m = shape[0];
    int k = shape[1];
    int n = shape[2];
    boolean transposed = shape[3] == 1;
    var random = new Random(1);
    float[] values = Randoms.floats(random, m * k);
    float[] weights = Randoms.floats(random, n * k);
    var a =
        transposed ? MatrixView.of(values, 0, k, m).transposed() : MatrixView.of(values, 0, m, k);
    var b = MatrixView.of(weights, 0, k, n);
    var bt = MatrixView.of(weights, 0, n, k).transposed();
    var c = MatrixView.of(new float[m * n], 0, m, n);
    var packed = PackedMatrix.plain(k, n, n, 1, PackedMatrix.Tails.EXACT);
    packed.pack(new float[][] {weights});
    double flops = 2.0 * m * k * n;
    System.out.printf("%4d %4d %4d%s:", m, k, n, transposed ? " A^T" : "");
    for (var gemm : new Gemm[] {one, two}) {
      if (transposed) {
        System.out.print("     -");
      } else {
        report(flops, () -> gemm.multiply(c, a, packed, packed.zeros(), 0, 0));
      }
    }
    for (var gemm : new Gemm[] {one, two}) {
      report(flops, () -> gemm.overwrite(c, a, b));
    }
    for (var gemm : new Gemm[] {one, two}) {
      report(flops, () -> gemm.overwrite(c, a, bt));
    }
    System.out.println();
  }

  private static void report(double flops, Runnable product) {
    int calls = (int) Math.max(1, 2e8 / flops);
    double best = Double.MAX_VALUE;
    long end = System.nanoTime() + 1_000_000_000L;
    for (int round = 0; round < 5 || System.nanoTime() < end; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < calls; i++) {
        product.run();
      }
      best = Math.min(best, (System.nanoTime() - start) / (double) calls);
    }
    System.out.printf(" %5.1f", flops / best);
  }
}
