package dev.recurrent.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.recurrent.Backends;
import dev.recurrent.bench.compare.OwnWorkload;
import dev.recurrent.bench.compare.Work;
import dev.recurrent.cell.Cells;
import dev.recurrent.contract.PrimitivesOnly;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Notices when something becomes far slower than it has to be. Only ratios within one run count,
 * each of the fastest of many calls that take turns: what else happens on the machine can only slow
 * a call down. A ratio has a while to show itself; where all is well it takes less than one.
 */
@Tag("guard")
class RegressionGuardTest {
  private static final double PATIENCE = 40; // seconds

  @Test
  void fusedKernelIsAtLeastTwiceAsFastAsTheComposedOne() {
    var shape = new Work.Shape(32, 32, 2, 50, 1); // where many small operations cost most
    try (var cpu = open(1);
        var fused = new OwnWorkload(cpu, Cells.LSTM_PEEPHOLE, shape, Work.Mode.TRAIN);
        var composed =
            new OwnWorkload(new PrimitivesOnly(cpu), Cells.LSTM_PEEPHOLE, shape, Work.Mode.TRAIN)) {
      assertFaster(2, fused::run, composed::run, "fused against composed");
    }
  }

  @Test
  void twoThreadsAreNotSlowerThanOne() {
    int cores = Runtime.getRuntime().availableProcessors();
    assumeTrue(cores > 1, "a machine with one core has nothing to gain from two threads");
    var shape = new Work.Shape(256, 256, 64, 10, 1);
    try (var one = open(1);
        var two = open(2);
        var slow = new OwnWorkload(one, Cells.LSTM, shape, Work.Mode.TRAIN);
        var fast = new OwnWorkload(two, Cells.LSTM, shape, Work.Mode.TRAIN)) {
      assertFaster(1 / 1.2, fast::run, slow::run, "two threads against one");
    }
  }

  @Test
  void pointwiseProgramIsAtLeastThreeTimesAsFastAsItsScalarTwin() {
    int size = 16 * 1024;
    var random = new SplittableRandom(1);
    var scalarInputs = new float[5][size];
    var scalarOutputs = new float[2][size];
    try (var cpu = open(1);
        var kernel = cpu.compile(PointwiseBenchmark.named("lstm"))) {
      var inputs = new ArrayList<Matrix>();
      var outputs = new ArrayList<Matrix>();
      for (var values : scalarInputs) {
        for (int i = 0; i < size; i++) {
          values[i] = (float) random.nextGaussian();
        }
        inputs.add(matrix(cpu, values));
      }
      for (var values : scalarOutputs) {
        outputs.add(matrix(cpu, values));
      }
      var none = new float[0];
      assertFaster(
          3,
          () -> kernel.run(inputs, none, outputs),
          () -> lstm(scalarInputs, scalarOutputs),
          "vectors against scalars");
      var h = new float[size];
      cpu.memory().read(outputs.get(1).storage(), 0, h, 0, size);
      for (int i = 0; i < size; i++) {
        assertEquals(scalarOutputs[1][i], h[i], 1e-6f, "h " + i);
      }
    }
  }

  /** Is the program "lstm" of {@link PointwiseBenchmark}: inputs i, f, g, o, c. */
  private static void lstm(float[][] in, float[][] out) {
    for (int k = 0; k < in[0].length; k++) {
      float c = sigmoid(in[1][k]) * in[4][k] + sigmoid(in[0][k]) * (float) Math.tanh(in[2][k]);
      out[0][k] = c;
      out[1][k] = sigmoid(in[3][k]) * (float) Math.tanh(c);
    }
  }

  private static float sigmoid(float x) {
    return (float) (1 / (1 + Math.exp(-x)));
  }

  private static Matrix matrix(Backend backend, float[] values) {
    var storage = backend.memory().allocate(DataType.FLOAT32, values.length);
    backend.memory().write(storage, 0, values, 0, values.length);
    return Matrix.of(storage, 1, values.length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"elman", "lstm", "lstm-peephole", "gru"})
  void stepAllocatesNothing(String cell) {
    int hidden = 64;
    try (var cpu = open(2);
        var layer = Recurrent.of(Cells.named(cell), hidden, hidden).build(cpu, 1);
        var stepper = layer.stepper()) {
      var x = new float[hidden];
      x[0] = 1;
      assertEquals(0, leastBytes(() -> stepper.step(x)), "bytes a step of " + cell);
    }
  }

  /** Returns the bytes that a call allocates on this thread once C2 has compiled it. */
  private static long leastBytes(Runnable code) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int calls = 200;
    long least = Long.MAX_VALUE;
    long end = System.nanoTime() + (long) (PATIENCE * 1e9);
    while (least > 0 && System.nanoTime() < end) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < calls; i++) {
        code.run();
      }
      least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / calls);
    }
    return least;
  }

  private static void assertFaster(double wanted, Runnable fast, Runnable slow, String name) {
    double fastest = Double.MAX_VALUE;
    double slowest = Double.MAX_VALUE; // the fastest call of the slow one
    long end = System.nanoTime() + (long) (PATIENCE * 1e9);
    for (int round = 0; round < 8 || slowest / fastest < wanted; round++) {
      if (System.nanoTime() > end) {
        break;
      }
      fastest = Math.min(fastest, nanos(fast));
      slowest = Math.min(slowest, nanos(slow));
    }
    assertTrue(
        slowest / fastest >= wanted,
        "%s: expected at least %.2fx, got %.2fx (%.0f and %.0f microseconds)"
            .formatted(name, wanted, slowest / fastest, fastest / 1e3, slowest / 1e3));
  }

  private static double nanos(Runnable code) {
    long start = System.nanoTime();
    code.run();
    return System.nanoTime() - start;
  }

  private static Backend open(int threads) {
    return Backends.open("cpu", new BackendOptions(threads));
  }
}
