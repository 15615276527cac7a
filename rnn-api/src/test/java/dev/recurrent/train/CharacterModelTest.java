package dev.recurrent.train;

import static dev.recurrent.train.Losses.crossEntropy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Model;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Trains a small character model by hand, as a user of the tape would. */
class CharacterModelTest {
  private static final class CharModel extends Model {
    final Embedding embedding = add("embedding", Embedding.of(5, 4));
    final Recurrent lstm = add("lstm", Recurrent.of(Cells.LSTM, 4, 12).layers(2).dropout(0.1));
    final Dense output = add("output", Dense.of(12, 5));

    Tensor logits(Tape tape, Sequences characters, RecurrentState state) {
      return output.on(tape, lstm.on(tape, embedding.on(tape, characters), state));
    }
  }

  @Test
  void learnsAPeriodicTextAndAllocatesNothingInTheLoop() {
    int steps = 10;
    int batch = 3;
    var text = new int[(steps + 1) * batch];
    for (int i = 0; i < text.length; i++) {
      text[i] = (i / batch) % 5;
    }
    var inputs = Sequences.timeMajor(Arrays.copyOf(text, steps * batch), steps, batch);
    var targets = Sequences.timeMajor(Arrays.copyOfRange(text, batch, text.length), steps, batch);
    try (var backend = new ReferenceBackend();
        var model = new CharModel();
        var state = new RecurrentState();
        var tape = Tape.training(backend, 7)) {
      model.build(backend, 1);
      try (var updater = Adam.withLearningRate(0.02).on(model);
          var clipping = GradientClipping.byNorm(model.store(), 5)) {
        float loss = 9;
        int allocations = 0;
        for (int i = 0; i < 80; i++) {
          tape.reset();
          model.store().clearGradients();
          var tensor = crossEntropy(model.logits(tape, inputs, state), targets);
          tape.backward(tensor);
          clipping.apply();
          updater.step();
          loss = tensor.item();
          if (i == 2) {
            allocations = tape.allocations();
          }
        }
        assertEquals(allocations, tape.allocations());
        assertTrue(loss < 0.1, "loss " + loss);
      }
    }
  }
}
