package dev.recurrent.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.recurrent.cell.Cells;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamsOfABatchTest {
  private final ReferenceBackend backend = new ReferenceBackend();
  private final CharModel model = new CharModel();

  private static final class CharModel extends Model {
    final Embedding embedding = add("embedding", Embedding.of(7, 3));
    final Recurrent lstm = add("lstm", Recurrent.of(Cells.LSTM, 3, 4).layers(2));
    final Dense output = add("output", Dense.of(4, 7));

    Tensor logits(Tape tape, Sequences x, RecurrentState state) {
      return output.on(tape, lstm.on(tape, embedding.on(tape, x), state));
    }

    @Override
    public Stepper stepper() {
      return Stepper.chain(embedding, lstm, output);
    }
  }

  StreamsOfABatchTest() {
    model.build(backend, 3);
  }

  @AfterEach
  void close() {
    model.close();
    backend.close();
  }

  @Test
  void streamsMoveBetweenSteppersAndBatches() {
    try (var first = model.stepper();
        var second = model.stepper();
        var tape = Tape.inference(backend)) {
      first.step(1);
      first.step(2);
      second.step(3);
      var streams = List.of(second.state(), first.state(), first.state());
      List<StepperState> after;
      try (var state = RecurrentState.ofStreams(model, streams)) {
        var x = Sequences.ofTokens(List.of(new int[] {4}, new int[] {5}, new int[] {6}));
        var y = model.logits(tape, x, state).unpack();
        after = state.toStreams();
        assertArrayEquals(second.step(4), y.get(0)[0], 1e-6f);
        assertArrayEquals(first.step(5), y.get(1)[0], 1e-6f);
      }
      assertEquals(3, after.size());
      try (var third = model.stepper(after.get(1))) {
        assertArrayEquals(first.step(0), third.step(0), 1e-6f);
      }
    }
  }

  @Test
  void streamsOfAnotherModelAreRefused() {
    try (var other = Recurrent.of(Cells.LSTM, 3, 4).layers(2).build(backend, 1);
        var stepper = other.stepper();
        var own = model.stepper()) {
      var mixed = List.of(own.state(), stepper.state());
      for (var streams : List.of(mixed, mixed.reversed(), List.<StepperState>of())) {
        assertThrows(
            IllegalArgumentException.class, () -> RecurrentState.ofStreams(model, streams));
      }
    }
  }
}
