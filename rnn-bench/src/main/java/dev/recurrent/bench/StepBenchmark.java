package dev.recurrent.bench;

import dev.recurrent.cell.Cells;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.Stepper;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Measures one step of one sequence: the latency of a model in a service, with its p50 and p99.
 * With {@code -prof gc}, gc.alloc.rate.norm is to be 0.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class StepBenchmark extends BackendBenchmark {
  /** The name of the cell. */
  @Param({"elman", "lstm", "lstm-peephole", "gru", "mgu"})
  public String cell = "";

  /** The hidden size, and that of the input. */
  @Param({"64", "256", "1024"})
  public int hidden;

  private @Nullable Stepper stepper;
  private float[] x = {}; // [I]

  /** Builds the layer. */
  @Setup
  public void prepare() {
    stepper = Recurrent.of(Cells.named(cell), hidden, hidden).build(backend(), 1).stepper();
    x = randomValues(hidden);
  }

  /** Takes one step. */
  @Benchmark
  public float[] step() {
    return stepper == null ? x : stepper.step(x);
  }
}
