package dev.recurrent.bench;

import dev.recurrent.Backends;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Holds what all benchmarks of a backend have in common: the backend, its threads, its memory. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public abstract class BackendBenchmark {
  /** The name of the backend. */
  @Param("cpu")
  public String backendName = "";

  /** The number of threads; 0 lets the backend choose. */
  @Param("0")
  public int threads;

  private final SplittableRandom random = new SplittableRandom(1);
  private @Nullable Backend backend;

  /** Opens the backend. */
  @Setup
  public final void open() {
    backend = Backends.open(backendName, new BackendOptions(threads));
  }

  /** Closes the backend. */
  @TearDown
  public final void close() {
    backend().close();
  }

  final Backend backend() {
    if (backend == null) {
      throw new IllegalStateException("backend: expected it open");
    }
    return backend;
  }

  /** Returns distinct numbers between -0.5 and 0.5, {@code [rows, columns]}. */
  final Matrix random(int rows, int columns) {
    var values = randomValues(rows * columns);
    var storage = backend().memory().allocate(DataType.FLOAT32, values.length);
    backend().memory().write(storage, 0, values, 0, values.length);
    return Matrix.of(storage, rows, columns);
  }

  final float[] randomValues(int size) {
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (random.nextDouble() - 0.5);
    }
    return values;
  }

  /** Returns what a field holds before {@code Setup}. */
  static Matrix nothing() {
    try (var reference = new ReferenceBackend()) {
      return Matrix.of(reference.memory().allocate(DataType.FLOAT32, 0), 0, 0);
    }
  }

  /** Reads numbers with an x between them. */
  static int[] numbers(String text) {
    return Arrays.stream(text.split("x", -1)).mapToInt(Integer::parseInt).toArray();
  }
}
