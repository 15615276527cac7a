package dev.recurrent.examples;

import static dev.recurrent.cell.Functions.sigmoid;
import static dev.recurrent.cell.Functions.tanh;
import static dev.recurrent.train.Losses.crossEntropy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.Backends;
import dev.recurrent.cell.CellDefinition;
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
import dev.recurrent.train.Batch;
import dev.recurrent.train.Budget;
import dev.recurrent.train.GradientClipping;
import dev.recurrent.train.Metrics;
import dev.recurrent.train.ParameterGroup;
import dev.recurrent.train.TokenStreams;
import dev.recurrent.train.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the code of README.md, so that it compiles and runs. Change both together. */
class ReadmeTest {
  static final CellDefinition FORGETFUL =
      CellDefinition.named(
          "forgetful",
          c -> {
            var x = c.input();
            var h = c.state("h");
            var f = sigmoid(c.linear("f", x, h)); // σ(W x + U h + b)
            var n = tanh(c.linear("n", x, f.times(h)));
            c.next("h", h.plus(f.times(n.minus(h))));
          });

  static final class CharModel extends Model {
    final Embedding embedding;
    final Recurrent recurrent;
    final Dense output;

    CharModel(int vocabulary) {
      embedding = add("embedding", Embedding.of(vocabulary, 16));
      recurrent = add("recurrent", Recurrent.of(FORGETFUL, 16, 64).layers(2).dropout(0.1));
      output = add("output", Dense.of(64, vocabulary));
    }

    Tensor logits(Tape tape, Sequences characters, RecurrentState state) {
      return output.on(tape, recurrent.on(tape, embedding.on(tape, characters), state));
    }

    Tensor loss(Tape tape, Batch batch, RecurrentState state) {
      return crossEntropy(logits(tape, batch.inputs(), state), batch.targets());
    }
  }

  static double train(int[] text, int[] validation, Path folder) throws IOException {
    try (var backend = Backends.open();
        var model = new CharModel(128)) {
      model.build(backend, 1);
      var result =
          Training.of(model)
              .loss(model::loss)
              .optimizer(Adam.withLearningRate(2e-3))
              .clipGradientNorm(5)
              .truncatedBptt(32)
              .validateOn(TokenStreams.of(validation, 4), Metrics.BITS_PER_CHARACTER)
              .checkpointTo(folder)
              .fit(TokenStreams.of(text, 16), Budget.epochs(3));
      model.save(folder.resolve("model.safetensors"));
      return result.bestValidation();
    }
  }

  static float trainByHand(CharModel model, Iterable<Batch> batches) {
    float last = Float.NaN;
    try (var tape = Tape.training(model.backend(), 42);
        var clipping = GradientClipping.byNorm(model.store(), 5);
        var state = new RecurrentState(); // carried from batch to batch
        var updater =
            Adam.withLearningRate(2e-3)
                .on(model, ParameterGroup.of(model.embedding).withLearningRate(2e-4))) {
      for (var batch : batches) {
        tape.reset();
        model.clearGradients();
        var loss = model.loss(tape, batch, state);
        tape.backward(loss);
        clipping.apply();
        updater.step();
        last = loss.item();
      }
    }
    return last;
  }

  static float[] step(float[] x) {
    try (var backend = Backends.open();
        var rnn = Recurrent.of(Cells.ELMAN, 10, 32).build(backend, 1);
        var stepper = rnn.stepper()) {
      float[] y = stepper.step(x); // [10] -> [32]
      return y.clone();
    }
  }

  @Test
  void theModelOfTheReadmeTrains(@TempDir Path folder) throws IOException {
    int[] text = "the quick brown fox jumps over the lazy dog. ".repeat(250).chars().toArray();
    double bits =
        train(text, "the lazy fox jumps over the brown dog. ".repeat(9).chars().toArray(), folder);
    assertTrue(bits < 4.5, "bits a character: " + bits); // 128 characters are 7 bits
    assertTrue(Files.size(folder.resolve("model.safetensors")) > 0);
    assertTrue(Files.size(folder.resolve("best.safetensors")) > 0);
  }

  @Test
  void theLoopOfTheReadmeTrains() {
    int[] text = "the quick brown fox jumps over the lazy dog. ".repeat(8).chars().toArray();
    var batch = TokenStreams.of(text, 8).batch(0, 0);
    try (var backend = Backends.open();
        var model = new CharModel(128)) {
      model.build(backend, 1);
      float first = trainByHand(model, List.of(batch));
      float last = trainByHand(model, Collections.nCopies(40, batch));
      assertEquals(4.85f, first, 0.2f); // ln 128
      assertTrue(last < 1.65, "nats a character: " + last); // with summed gradients 1.9
    }
  }

  @Test
  void theStepperOfTheReadmeSteps() {
    assertEquals(32, step(new float[10]).length);
  }
}
