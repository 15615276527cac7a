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
}
