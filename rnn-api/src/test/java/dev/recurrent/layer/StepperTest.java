package dev.recurrent.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StepperTest {
  private final ReferenceBackend backend = new ReferenceBackend();

  @AfterEach
  void close() {
    backend.close();
  }

  static List<CellDefinition> cells() {
    return Cells.all();
  }

  private static float[][] inputs(int steps, int width) {
    var random = new SplittableRandom(5);
    var x = new float[steps][width];
    for (var row : x) {
      for (int i = 0; i < width; i++) {
        row[i] = (float) random.nextDouble() - 0.5f;
      }
    }
    return x;
  }

  @ParameterizedTest
  @MethodSource("cells")
  void stepsGiveWhatAWholeSequenceGives(CellDefinition cell) {
    var x = inputs(6, 3);
    try (var layer = Recurrent.of(cell, 3, 4).layers(2).build(backend, 1);
        var tape = Tape.inference(backend);
        var stepper = layer.stepper()) {
      var whole = layer.on(tape, tape.input(Sequences.ofSequence(x))).unpack().getFirst();
      for (int round = 0; round < 2; round++) {
        for (int t = 0; t < x.length; t++) {
          assertArrayEquals(whole[t], stepper.step(x[t]), 1e-6f, "step " + t);
        }
        stepper.reset();
      }
    }
  }

  @Test
  void twoOfThemStack() {
    var x = inputs(4, 3);
    try (var first = Recurrent.of(Cells.ELMAN, 3, 5).build(backend, 1);
        var second = Recurrent.of(Cells.GRU, 5, 2).build(backend, 2);
        var lower = first.stepper();
        var upper = second.stepper();
        var tape = Tape.inference(backend)) {
      var whole =
          second.on(tape, first.on(tape, tape.input(Sequences.ofSequence(x)))).unpack().getFirst();
      float[] y = {};
      for (var row : x) {
        y = upper.step(lower.step(row));
      }
      assertArrayEquals(whole[3], y, 1e-6f);
      assertEquals(2, upper.outputSize());
    }
  }

  @Test
  void theSameArrayComesBackAndNewParametersCount() {
    try (var layer = Recurrent.of(Cells.ELMAN, 2, 3).build(backend, 1);
        var stepper = layer.stepper()) {
      var y = stepper.step(new float[] {1, 2});
      assertSame(y, stepper.step(new float[] {1, 2}));
      layer.parameters().forEach(p -> p.set(new float[p.size()]));
      assertArrayEquals(new float[3], stepper.step(new float[] {1, 2}));
    }
  }

  @Test
  void whatCannotBeSteppedIsRefused() {
    try (var layer = Recurrent.of(Cells.ELMAN, 2, 3).bidirectional().build(backend, 1);
        var other = Recurrent.of(Cells.ELMAN, 2, 3).build(backend, 1);
        var stepper = other.stepper()) {
      assertThrows(IllegalStateException.class, layer::stepper);
      var e =
          assertThrows(IllegalArgumentException.class, () -> stepper.step(new float[] {1, 2, 3}));
      assertEquals("x: expected [input=2], got [3]", e.getMessage());
    }
  }

  /** Two inputs, one of which passes the recurrent layer by: not a chain. */
  private static final class Skipping extends Model {
    final Recurrent recurrent = add("recurrent", Recurrent.of(Cells.LSTM, 3, 4));
    final Dense output = add("output", Dense.of(7, 2));

    Tensor on(Tape tape, Sequences x, RecurrentState state) {
      var in = tape.input(x);
      return output.on(tape, recurrent.on(tape, in, state).joinColumns(in));
    }

    @Override
    public Stepper stepper() {
      return Stepper.ofFeatures(this, 3, this::on);
    }
  }

  @Test
  void anyForwardPassStepsWithItsState() {
    var x = inputs(5, 3);
    try (var model = new Skipping();
        var tape = Tape.inference(backend);
        var state = new RecurrentState()) {
      model.build(backend, 1);
      var whole = model.on(tape, Sequences.ofSequence(x), state).unpack().getFirst();
      try (var stepper = model.stepper()) {
        assertEquals(3, stepper.inputSize());
        assertEquals(2, stepper.outputSize());
        for (int t = 0; t < 2; t++) {
          assertArrayEquals(whole[t], stepper.step(x[t]), 1e-6f);
        }
        try (var fork = stepper.copy();
            var restarted = model.stepper(StepperState.fromBytes(stepper.state().toBytes()))) {
          stepper.reset();
          assertArrayEquals(whole[0], stepper.step(x[0]), 1e-6f);
          for (int t = 2; t < 5; t++) {
            assertArrayEquals(whole[t], fork.step(x[t]), 1e-6f);
            assertArrayEquals(whole[t], restarted.step(x[t]), 1e-6f);
          }
        }
      }
    }
  }

  @Test
  void aForwardPassThatSeesOtherStepsIsRefused() {
    try (var both = Recurrent.of(Cells.GRU, 3, 4).bidirectional().build(backend, 1);
        var one = Recurrent.of(Cells.GRU, 3, 4).build(backend, 1);
        var delay = TimeDelay.of(3, 4, 2).build(backend, 1)) {
      refused(both, (tape, x, state) -> both.on(tape, tape.input(x), state));
      refused(one, (tape, x, _) -> one.on(tape, tape.input(x))); // forgets between steps
      refused(delay, (tape, x, _) -> delay.on(tape, tape.input(x)));
      refused(one, (tape, x, state) -> one.on(tape, tape.input(x), state).mean());
    }
  }

  private static void refused(Layer layer, Stepper.Pass pass) {
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> Stepper.ofFeatures(layer, 3, pass).close());
    assertEquals("pass: expected ", e.getMessage().substring(0, 15));
  }

  @Test
  void aChainThatDoesNotFitIsRefused() {
    try (var layers = new Layers();
        var alone = Recurrent.of(Cells.GRU, 4, 3)) {
      layers.build(backend, 1);
      refused(
          "chain: expected a layer that takes the [4] of gru, got embedding, which takes tokens",
          layers.gru,
          layers.embedding);
      refused(
          "chain: expected a layer that takes the [3] of embedding, got output, which takes [4]",
          layers.embedding,
          layers.output);
      refused(
          "states: expected a name for each, got gru.h_l0 twice; let each layer occur once, and"
              + " all be part of one model",
          layers.gru,
          layers.square,
          layers.gru);
      refused("chain: expected at least one layer that computes", layers.dropout);
      assertEquals(
          "Recurrent: expected a layer that is built; call build(backend, seed) first",
          assertThrows(IllegalStateException.class, alone::stepper).getMessage());
      assertEquals(
          "Layers: expected a layer that runs step by step, got Layers; run it on a tape, or"
              + " override stepper() in a model of your own: Stepper.chain(…), ofTokens(…),"
              + " ofFeatures(…)",
          assertThrows(IllegalStateException.class, layers::stepper).getMessage());
    }
  }

  private static void refused(String message, Layer... layers) {
    var e = assertThrows(IllegalArgumentException.class, () -> Stepper.chain(layers));
    assertEquals(message, e.getMessage());
  }

  private static final class Layers extends Model {
    final Embedding embedding = add("embedding", Embedding.of(5, 3));
    final Recurrent gru = add("gru", Recurrent.of(Cells.GRU, 3, 4));
    final Dense square = add("square", Dense.of(4, 3));
    final Dropout dropout = add("dropout", Dropout.of(0.5));
    final Dense output = add("output", Dense.of(4, 5));
  }

  @Test
  void tokensAndFeaturesAreToldApart() {
    try (var layers = new Layers()) {
      layers.build(backend, 1);
      try (var tokens = Stepper.chain(layers.embedding, layers.gru, layers.dropout, layers.output);
          var features = layers.gru.stepper()) {
        assertEquals(5, tokens.inputSize());
        assertThrows(IllegalArgumentException.class, () -> tokens.step(new float[5]));
        assertThrows(IllegalArgumentException.class, () -> features.step(1));
        assertEquals(
            "embedding: expected tokens below 5, got 5",
            assertThrows(IllegalArgumentException.class, () -> tokens.step(5)).getMessage());
        assertArrayEquals(new float[3], layers.embedding.stepper().step(-1));
      }
    }
  }

  @Test
  void aClosedOneSaysSo() {
    try (var layer = Recurrent.of(Cells.GRU, 2, 3).build(backend, 1)) {
      var stepper = layer.stepper();
      stepper.close();
      stepper.close();
      assertEquals(
          "stepper: expected an open one, got a closed one",
          assertThrows(IllegalStateException.class, () -> stepper.step(new float[2])).getMessage());
      assertThrows(IllegalStateException.class, stepper::state);
    }
  }
}
