package dev.recurrent.bench;

import static dev.recurrent.train.Losses.crossEntropy;

import dev.recurrent.cell.Cells;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Model;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Adam;
import dev.recurrent.train.GradientClipping;
import dev.recurrent.train.Updater;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
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
  private static final int STEPS = 64;
  private static final int STREAMS = 64;
  private static final int SYMBOLS = 65;

  /** The cell. */
  @Param({"lstm", "gru", "elman"})
  public String cell = "";

  private @Nullable Training training;

  private static final class CharModel extends Model {
    final Embedding embedding = add("embedding", Embedding.of(SYMBOLS, 64));
    final Recurrent recurrent;
    final Dense output = add("output", Dense.of(256, SYMBOLS));

    CharModel(String cell) {
      recurrent = add("recurrent", Recurrent.of(Cells.named(cell), 64, 256).layers(2));
    }

    Tensor loss(Tape tape, Sequences inputs, Sequences targets, RecurrentState state) {
      var hidden = recurrent.on(tape, embedding.on(tape, inputs), state);
      return crossEntropy(output.on(tape, hidden), targets);
    }
  }

  /** What one training step needs. */
  private record Training(
      CharModel model,
      Tape tape,
      RecurrentState state,
      Updater updater,
      GradientClipping clipping,
      Sequences inputs,
      Sequences targets) {}

  /** Builds the model and a window of random characters. */
  @Setup
  public void prepare() {
    var model = new CharModel(cell);
    model.build(backend(), 1);
    var random = new SplittableRandom(1);
    var text = random.ints((STEPS + 1L) * STREAMS, 0, SYMBOLS).toArray();
    int size = STEPS * STREAMS;
    training =
        new Training(
            model,
            Tape.training(backend(), 1),
            new RecurrentState(),
            Adam.withLearningRate(2e-3).on(model),
            GradientClipping.byNorm(model.store(), 5),
            Sequences.timeMajor(Arrays.copyOf(text, size), STEPS, STREAMS),
            Sequences.timeMajor(Arrays.copyOfRange(text, STREAMS, text.length), STEPS, STREAMS));
  }

  /** Closes what {@link #prepare} made, before the backend is closed. */
  @TearDown
  public void closeModel() {
    var made = Objects.requireNonNull(training);
    made.clipping().close();
    made.updater().close();
    made.state().close();
    made.tape().close();
    made.model().close();
  }

  /** Trains on one window, and returns the loss. */
  @Benchmark
  @OperationsPerInvocation(STEPS * STREAMS)
  public float step() {
    var made = Objects.requireNonNull(training);
    made.tape().reset();
    made.model().store().clearGradients();
    var loss = made.model().loss(made.tape(), made.inputs(), made.targets(), made.state());
    made.tape().backward(loss);
    made.clipping().apply();
    made.updater().step();
    return loss.item();
  }
}
