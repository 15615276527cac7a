package dev.recurrent.layer;

import static dev.recurrent.train.Losses.crossEntropy;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.cell.ParameterSpec;
import dev.recurrent.io.SafeTensorsException;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.tape.FiniteDifferences;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RegularizationTest {
  private static final int HIDDEN = 200;

  @TempDir Path folder;
  private final ReferenceBackend backend = new ReferenceBackend();

  @AfterEach
  void close() {
    backend.close();
  }

  static List<CellDefinition> cells() {
    return Cells.all();
  }

  private static float[] random(int size, long seed) {
    var random = new SplittableRandom(seed);
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  /** Runs one step of one sequence from random states, and returns the states after it. */
  private List<float[]> step(CellDefinition cell, Mode mode) {
    try (var layer = Recurrent.of(cell, 3, HIDDEN).build(backend, 1);
        var tape = Tape.training(backend, 1)) {
      tape.reset(mode, 5);
      var initial = new ArrayList<dev.recurrent.tape.Tensor>();
      for (int size : layer.stateSizes()) {
        initial.add(tape.constant(random(size, initial.size()), 1, size));
      }
      var x = tape.input(Sequences.ofSequence(new float[][] {{1, -2, 0.5f}}));
      return layer.run(tape, x, initial).finalStates().stream()
          .map(dev.recurrent.tape.Tensor::toArray)
          .toList();
    }
  }

  @Test
  void zoneoutKeepsTheValuesOfSomeUnits() {
    var plain = step(Cells.LSTM, Mode.TRAINING);
    var zoned = step(Cells.LSTM.withZoneout("h", 0.1).withZoneout("c", 0.5), Mode.TRAINING);
    double[] rates = {0.1, 0.5};
    for (int s = 0; s < 2; s++) {
      var before = random(HIDDEN, s);
      int kept = 0;
      for (int unit = 0; unit < HIDDEN; unit++) {
        boolean isKept = zoned.get(s)[unit] == before[unit];
        kept += isKept ? 1 : 0;
        if (!isKept) {
          assertEquals(plain.get(s)[unit], zoned.get(s)[unit], "state " + s + " unit " + unit);
        }
      }
      // The deviation of the share of 200 draws is at most 0.036.
      assertEquals(rates[s], kept / (double) HIDDEN, 0.1);
    }
  }

  @Test
  void outsideTrainingZoneoutIsItsExpectation() {
    var plain = step(Cells.LSTM, Mode.EVALUATION);
    var zoned = step(Cells.LSTM.withZoneout(0.2), Mode.EVALUATION);
    for (int s = 0; s < 2; s++) {
      var before = random(HIDDEN, s);
      for (int unit = 0; unit < HIDDEN; unit++) {
        float expected = 0.2f * before[unit] + 0.8f * plain.get(s)[unit];
        assertEquals(expected, zoned.get(s)[unit], 1e-6f);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cells")
  void outsideTrainingRecurrentDropoutIsNotThere(CellDefinition cell) {
    var plain = step(cell, Mode.EVALUATION);
    var dropped = step(cell.withRecurrentDropout(0.3), Mode.EVALUATION);
    for (int s = 0; s < plain.size(); s++) {
      assertArrayEquals(plain.get(s), dropped.get(s), 1e-6f, cell + " state " + s);
    }
    var training = step(cell.withRecurrentDropout(0.3), Mode.TRAINING);
    assertTrue(!Arrays.equals(plain.getFirst(), training.getFirst()));
  }

  @ParameterizedTest
  @MethodSource("cells")
  void recurrentDropoutKeepsParametersTheirNamesAndFirstValues(CellDefinition cell) {
    var plain = cell.program(CellSizes.of(3, 8)).parameters();
    var dropped = cell.withRecurrentDropout(0.3).program(CellSizes.of(3, 8)).parameters();
    assertEquals(
        plain.stream().map(ParameterSpec::name).toList(),
        dropped.stream().map(ParameterSpec::name).toList());
    try (var a = Recurrent.of(cell, 3, 8).build(backend, 1);
        var b = Recurrent.of(cell.withRecurrentDropout(0.3), 3, 8).build(backend, 1)) {
      for (int i = 0; i < plain.size(); i++) {
        assertArrayEquals(a.parameters().get(i).toArray(), b.parameters().get(i).toArray());
      }
    }
  }

  /** With h' = relu(h∘mask / keep), a unit that is dropped once is 0 for ever. */
  @Test
  void recurrentDropoutDropsTheSameUnitsAtEveryStep() {
    var cell = Cells.ELMAN_RELU.withRecurrentDropout(0.25);
    try (var layer = Recurrent.of(cell, 1, HIDDEN).withoutBias().build(backend, 1);
        var tape = Tape.training(backend, 1)) {
      var identity = new float[HIDDEN * HIDDEN];
      for (int unit = 0; unit < HIDDEN; unit++) {
        identity[unit * HIDDEN + unit] = 1;
      }
      layer.parameters().get(0).set(new float[HIDDEN]);
      layer.parameters().get(1).set(identity);
      var start = new float[2 * HIDDEN];
      Arrays.fill(start, 1);
      tape.reset(Mode.TRAINING, 9);
      var x = tape.input(Sequences.ofFeatures(List.of(new float[10][1], new float[10][1])));
      var end = layer.run(tape, x, List.of(tape.constant(start, 2, HIDDEN))).finalStates().get(0);
      var values = end.toArray();
      double kept = 0;
      for (float value : values) {
        assertTrue(value == 0 || Math.abs(value - Math.pow(0.75, -10)) < 1e-4, "value " + value);
        kept += value == 0 ? 0 : 1;
      }
      assertEquals(0.75, kept / values.length, 0.07);
      assertTrue(
          !Arrays.equals(
              Arrays.copyOf(values, HIDDEN), Arrays.copyOfRange(values, HIDDEN, 2 * HIDDEN)));
    }
  }

  @Test
  void variationalDropoutDropsTheSameFeaturesAtEveryStep() {
    var alone = new float[3][40];
    for (var row : alone) {
      Arrays.fill(row, 1);
    }
    try (var tape = Tape.training(backend, 1)) {
      tape.reset(Mode.TRAINING, 3);
      var x = tape.input(Sequences.ofFeatures(List.of(alone, new float[0][40], new float[5][40])));
      var dropped = Dropout.variational(0.4).on(tape, x).unpack().getFirst();
      assertArrayEquals(dropped[0], dropped[1]);
      assertArrayEquals(dropped[0], dropped[2]);
      int zeros = 0;
      for (float value : dropped[0]) {
        assertTrue(value == 0 || Math.abs(value - 1 / 0.6f) < 1e-6);
        zeros += value == 0 ? 1 : 0;
      }
      assertTrue(zeros > 5 && zeros < 28, "zeros " + zeros);
      tape.reset(Mode.TRAINING, 3);
      var byItself = Dropout.variational(0.4).on(tape, tape.input(Sequences.ofSequence(alone)));
      assertArrayEquals(dropped, byItself.unpack().getFirst());
    }
  }

  @Test
  void dropoutDropsOtherFeaturesAtEachStep() {
    var ones = new float[50][40];
    for (var row : ones) {
      Arrays.fill(row, 1);
    }
    try (var tape = Tape.training(backend, 1)) {
      tape.reset(Mode.TRAINING, 3);
      var x = tape.input(Sequences.ofSequence(ones));
      var dropped = Dropout.of(0.4).on(tape, x).unpack().getFirst();
      assertEquals(50, Arrays.stream(dropped).map(Arrays::toString).distinct().count());
      double kept = 0;
      for (var row : dropped) {
        for (float value : row) {
          assertTrue(value == 0 || Math.abs(value - 1 / 0.6f) < 1e-6, "value " + value);
          kept += value == 0 ? 0 : 1;
        }
      }
      assertEquals(0.6, kept / 2000, 0.033); // three deviations of the share of 2000 draws
    }
  }

  private static final class Tagger extends Model {
    final Embedding embedding = add("embedding", Embedding.of(5, 3));
    final Recurrent recurrent;
    final Dense output;

    Tagger(CellDefinition cell) {
      recurrent =
          add("recurrent", Recurrent.of(cell, 3, 4).layers(2).bidirectional().inputDropout(0.3));
      output = add("output", Dense.of(8, 5));
    }
  }

  @Test
  void gradientsGoThroughAllMasks() {
    var tokens =
        Sequences.ofTokens(
            List.of(new int[] {4, 0, 1}, new int[] {}, new int[] {3, 2, 4, 1}, new int[] {0}));
    var cell = Cells.LSTM.withZoneout(0.3).withRecurrentDropout(0.3);
    try (var model = new Tagger(cell);
        var tape = Tape.training(backend, FiniteDifferences.SEED)) {
      model.build(backend, 3);
      FiniteDifferences.check(
          tape,
          model.store(),
          t -> {
            var x = model.recurrent.on(t, model.embedding.on(t, tokens));
            return crossEntropy(model.output.on(t, x), tokens);
          });
    }
  }

  @Test
  void filesNameWhatChangesTheModelAndTakeWhatDoesNot() throws IOException {
    var file = folder.resolve("model.safetensors");
    try (var dropped = new Tagger(Cells.LSTM.withRecurrentDropout(0.3));
        var plain = new Tagger(Cells.LSTM);
        var zoned = new Tagger(Cells.LSTM.withZoneout(0.1))) {
      dropped.build(backend, 1);
      plain.build(backend, 2);
      zoned.build(backend, 3);
      dropped.save(file);
      plain.load(file);
      assertArrayEquals(dropped.parameters().get(3).toArray(), plain.parameters().get(3).toArray());
      var e = assertThrows(SafeTensorsException.class, () -> zoned.load(file));
      assertTrue(e.getMessage().contains("cell=lstm+zoneout(c=0.1,h=0.1)"), e.getMessage());
      zoned.save(file);
      e = assertThrows(SafeTensorsException.class, () -> plain.load(file));
      assertTrue(e.getMessage().contains("cell=lstm+zoneout(c=0.1,h=0.1)"), e.getMessage());
      zoned.load(file);
    }
  }
}
