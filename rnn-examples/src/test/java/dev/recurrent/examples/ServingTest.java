package dev.recurrent.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.Backends;
import dev.recurrent.cell.Cells;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Model;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.layer.Stepper;
import dev.recurrent.layer.StepperState;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Holds code of docs/serving.md, so that it compiles and runs. Change both together. */
class ServingTest {
  private final Backend backend = Backends.open();
  private final CharModel model = new CharModel(128);

  static final class CharModel extends Model {
    final Embedding embedding;
    final Recurrent recurrent;
    final Dense output;

    CharModel(int vocabulary) {
      embedding = add("embedding", Embedding.of(vocabulary, 16));
      recurrent = add("recurrent", Recurrent.of(Cells.LSTM, 16, 64).layers(2).dropout(0.1));
      output = add("output", Dense.of(64, vocabulary));
    }

    Tensor logits(Tape tape, Sequences characters, RecurrentState state) {
      return output.on(tape, recurrent.on(tape, embedding.on(tape, characters), state));
    }

    @Override
    public Stepper stepper() {
      return Stepper.chain(embedding, recurrent, output);
    }
  }

  static List<float[][]> answer(
      CharModel model, Tape tape, List<StepperState> streams, List<int[]> events) {
    tape.reset();
    try (var state = RecurrentState.ofStreams(model, streams)) {
      var logits = model.logits(tape, Sequences.ofTokens(events), state).unpack();
      streams.clear();
      streams.addAll(state.toStreams());
      return logits; // for each stream, after each of its events
    }
  }

  private float[] after(String text) {
    float[] logits = {};
    try (var stepper = model.stepper()) {
      for (int character : text.chars().toArray()) {
        logits = stepper.step(character); // [vocabulary], overwritten by the next step
      }
    }
    return logits;
  }

  ServingTest() {
    model.build(backend, 1);
  }

  @AfterEach
  void close() {
    model.close();
    backend.close();
  }

  @Test
  void streamsOfABatchAreAnsweredAsAlone() {
    try (var stepper = model.stepper();
        var tape = Tape.inference(backend)) {
      var streams = new ArrayList<>(List.of(stepper.state(), stepper.state()));
      answer(model, tape, streams, List.of("the".chars().toArray(), "a".chars().toArray()));
      var logits = answer(model, tape, streams, List.of(new int[] {' '}, "n ox".chars().toArray()));
      assertArrayEquals(after("the "), logits.get(0)[0], 0);
      assertArrayEquals(after("an ox"), logits.get(1)[3], 0);
    }
  }

  @Test
  void aSnapshotAnswersAsTheModelDidWhenItWasTaken() {
    var answers = new ArrayList<float[]>();
    try (var snapshot = model.snapshot(() -> new CharModel(128));
        var stepper = snapshot.stepper()) {
      answers.add(stepper.step('a').clone());
    }
    assertArrayEquals(after("a"), answers.getFirst(), 0);
  }

  @Test
  void aStreamTakesAsMuchMemoryAsThePageSays() {
    try (var lstm = Recurrent.of(Cells.LSTM, 64, 256).layers(2).build(backend, 1);
        var stepper = lstm.stepper()) {
      assertEquals(4.3, stepper.state().toBytes().length / 1000.0, 0.05);
    }
  }

  /** Each block of Java on the page is code of this file, or of the example that it names. */
  @Test
  void thePageShowsCodeThatCompiles() throws IOException {
    var module = Path.of("").toAbsolutePath();
    var root = module.endsWith("rnn-examples") ? module.getParent() : module;
    var sources = root.resolve("rnn-examples/src");
    var code =
        packed(
                Files.readString(
                    sources.resolve("test/java/dev/recurrent/examples/ServingTest.java")))
            + packed(
                Files.readString(
                    sources.resolve(
                        "main/java/dev/recurrent/examples/programs/StreamServer.java")));
    var page = Files.readString(root.resolve("docs/serving.md"));
    var blocks = Pattern.compile("(?s)```java\n(.*?)```").matcher(page).results().toList();
    assertFalse(blocks.isEmpty());
    for (var block : blocks) {
      assertTrue(code.contains(packed(block.group(1))), block::group);
    }
  }

  private static String packed(String code) {
    return code.replaceAll("\\s+", "");
  }
}
