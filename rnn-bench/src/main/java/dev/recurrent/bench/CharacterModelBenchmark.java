package dev.recurrent.bench;

import dev.recurrent.bench.compare.CharacterModel;
import dev.recurrent.bench.compare.Work;
import dev.recurrent.cell.Cells;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Measures a whole training step of {@code ./rnn train text} with its defaults: 64 streams, windows
 * of 64 characters, two layers of 256 units, clipping and Adam included. The score counts
 * characters.
 */
@State(Scope.Benchmark)
public class CharacterModelBenchmark extends BackendBenchmark {
  private static final int CHARACTERS = 64 * 64;

  /** The cell. */
  @Param({"lstm", "gru", "elman"})
  public String cell = "";

  private @Nullable CharacterModel model;

  /** Builds the model and a window of random characters. */
  @Setup
  public void prepare() {
    model = new CharacterModel(backend(), Cells.named(cell), Work.TEXT.shape());
  }

  /** Closes what {@link #prepare} made, before the backend is closed. */
  @TearDown
  public void closeModel() {
    Objects.requireNonNull(model).close();
  }

  /** Trains on one window. */
  @Benchmark
  @OperationsPerInvocation(CHARACTERS)
  public void step() {
    Objects.requireNonNull(model).run();
  }
}
