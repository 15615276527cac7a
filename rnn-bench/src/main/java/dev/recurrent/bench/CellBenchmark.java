package dev.recurrent.bench;

import dev.recurrent.bench.compare.OwnWorkload;
import dev.recurrent.bench.compare.Work;
import dev.recurrent.cell.Cells;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Measures each cell of the catalogue over sequences, forward and in training. */
@State(Scope.Benchmark)
public class CellBenchmark extends BackendBenchmark {
  /** The name of the cell. */
  @Param({
    "elman",
    "elman-relu",
    "jordan",
    "lstm",
    "lstm-peephole",
    "lstm-projection",
    "lstm-layernorm",
    "gru",
    "gru-reset-before",
    "mgu",
    "indrnn",
    "ugrnn"
  })
  public String cell = "";

  /** H x B x T; the input is as wide as the state. */
  @Param({"64x1x100", "256x64x100"})
  public String shape = "";

  private @Nullable OwnWorkload forward;
  private @Nullable OwnWorkload train;

  /** Prepares both, and checks that what they compute is finite. */
  @Setup
  public void prepare() {
    forward = workload(Work.Mode.FWD);
    train = workload(Work.Mode.TRAIN);
  }

  private OwnWorkload workload(Work.Mode mode) {
    var n = numbers(shape);
    var sizes = new Work.Shape(n[0], n[0], n[1], n[2], 1);
    var workload = new OwnWorkload(backend(), Cells.named(cell), sizes, mode);
    workload.run();
    if (!workload.isFinite()) {
      throw new IllegalStateException(cell + ": expected a finite output");
    }
    return workload;
  }

  /** Runs the sequences without gradients. */
  @Benchmark
  public void forward() {
    if (forward != null) {
      forward.run();
    }
  }

  /** Runs the sequences forward and backward. */
  @Benchmark
  public void train() {
    if (train != null) {
      train.run();
    }
  }
}
