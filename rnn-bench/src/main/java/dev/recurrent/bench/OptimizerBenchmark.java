package dev.recurrent.bench;

import dev.recurrent.cell.Cells;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.train.Adagrad;
import dev.recurrent.train.Adam;
import dev.recurrent.train.AdamW;
import dev.recurrent.train.Optimizer;
import dev.recurrent.train.RmsProp;
import dev.recurrent.train.Sgd;
import dev.recurrent.train.Updater;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Measures the update of all parameters of one LSTM layer. */
@State(Scope.Benchmark)
public class OptimizerBenchmark extends BackendBenchmark {
  /** The optimizer. */
  @Param({"sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad"})
  public String optimizer = "";

  /** The hidden size: H² times 8 parameters. */
  @Param({"64", "512"})
  public int hidden;

  private @Nullable Updater updater;

  /** Builds the layer with gradients. */
  @Setup
  public void prepare() {
    var layer = Recurrent.of(Cells.LSTM, hidden, hidden).build(backend(), 1);
    backend().ops().fill(layer.store().gradients(), 0.01f);
    updater = named(optimizer).on(layer);
  }

  private static Optimizer named(String name) {
    return switch (name) {
      case "sgd" -> Sgd.withLearningRate(1e-5);
      case "momentum" -> Sgd.withLearningRate(1e-5).withMomentum(0.9);
      case "adam" -> Adam.withLearningRate(1e-5);
      case "adamw" -> AdamW.withLearningRate(1e-5);
      case "rmsprop" -> RmsProp.withLearningRate(1e-5);
      case "adagrad" -> Adagrad.withLearningRate(1e-5);
      default -> throw new IllegalArgumentException("optimizer: expected one, got " + name);
    };
  }

  /** Updates all parameters once. */
  @Benchmark
  public void update() {
    if (updater != null) {
      updater.step();
      backend().synchronize();
    }
  }
}
