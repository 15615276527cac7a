package dev.recurrent.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.recurrent.cell.UnaryOp;
import dev.recurrent.io.SafeTensors;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.FiniteDifferences;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.train.Losses;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimeDelayTest {
  private static final int[] LENGTHS = {2, 0, 7, 1, 4};

  @TempDir Path folder;
  private final ReferenceBackend backend = new ReferenceBackend();

  @AfterEach
  void close() {
    backend.close();
  }

  private static List<float[][]> sequences(int width) {
    var random = new SplittableRandom(3);
    var sequences = new ArrayList<float[][]>();
    for (int length : LENGTHS) {
      var sequence = new float[length][width];
      for (var row : sequence) {
        for (int i = 0; i < width; i++) {
          row[i] = (float) random.nextDouble(-1, 1);
        }
      }
      sequences.add(sequence);
    }
    return sequences;
  }

  /** Compares with the sum of the definition; {@code last} is how far the window sees ahead. */
  private void check(TimeDelay layer, int window, int dilation, int last) {
    var sequences = sequences(3);
    try (layer;
        var tape = Tape.inference(backend)) {
      layer.build(backend, 1);
      var w = layer.weight().toArray();
      var y = layer.on(tape, tape.input(Sequences.ofFeatures(sequences))).unpack();
      for (int s = 0; s < sequences.size(); s++) {
        var x = sequences.get(s);
        assertEquals(x.length, y.get(s).length);
        for (int t = 0; t < x.length; t++) {
          for (int o = 0; o < 2; o++) {
            double sum = 0;
            for (int j = 0; j < window; j++) {
              int step = t + last - (window - 1 - j) * dilation;
              for (int i = 0; step >= 0 && step < x.length && i < 3; i++) {
                sum += (double) w[(o * window + j) * 3 + i] * x[step][i];
              }
            }
            assertEquals(sum, y.get(s)[t][o], 1e-6, "sequence " + s + " step " + t);
          }
        }
      }
    }
  }

  @Test
  void aStepIsASumOverItsWindow() {
    check(TimeDelay.of(3, 2, 1), 1, 1, 0);
    check(TimeDelay.of(3, 2, 3), 3, 1, 0);
    check(TimeDelay.of(3, 2, 2).dilation(3), 2, 3, 0);
    check(TimeDelay.of(3, 2, 9), 9, 1, 0);
    check(TimeDelay.of(3, 2, 3).centred(), 3, 1, 1);
    check(TimeDelay.of(3, 2, 5).dilation(2).centred(), 5, 2, 4);
  }

  @Test
  void gradientsAreRight() {
    var sequences = Sequences.ofFeatures(sequences(3));
    var targets = Sequences.ofFeatures(sequences(2));
    var model =
        new Model() {
          final TimeDelay first =
              add("first", TimeDelay.of(3, 4, 3).centred().activation(UnaryOp.TANH));
          final TimeDelay second = add("second", TimeDelay.of(4, 2, 2).dilation(2));
        };
    try (model) {
      model.build(backend, 5);
      FiniteDifferences.check(
          backend,
          model.store(),
          tape ->
              Losses.meanSquaredError(
                  model.second.on(tape, model.first.on(tape, tape.input(sequences))), targets));
    }
  }

  @Test
  void filesHoldTheLayoutOfConv1d() throws IOException {
    var file = folder.resolve("tdnn.safetensors");
    try (var layer = TimeDelay.of(2, 3, 4).build(backend, 1);
        var other = TimeDelay.of(2, 3, 4).build(backend, 2)) {
      layer.save(file);
      var saved = SafeTensors.read(file);
      assertArrayEquals(new long[] {3, 2, 4}, saved.shape("weight"));
      var own = layer.weight().toArray(); // [outputs, window * inputs]
      assertEquals(own[(1 * 4 + 3) * 2 + 1], saved.floats("weight")[(1 * 2 + 1) * 4 + 3]);
      other.load(file);
      assertArrayEquals(own, other.weight().toArray());
    }
  }

  @Test
  void badSizesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> TimeDelay.of(1, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> TimeDelay.of(1, 1, 2).dilation(0));
    var e = assertThrows(IllegalArgumentException.class, () -> TimeDelay.of(1, 1, 2).centred());
    assertEquals("window: expected an odd number of steps, got 2", e.getMessage());
    try (var layer = TimeDelay.of(2, 1, 2).build(backend, 1);
        var tape = Tape.inference(backend)) {
      assertThrows(
          IllegalArgumentException.class, () -> layer.on(tape, tape.constant(new float[2], 1, 2)));
      assertEquals(0, layer.on(tape, tape.input(empty())).rows());
    }
  }

  private static Sequences empty() {
    return Sequences.timeMajor(new float[0], 0, 3, 2);
  }
}
