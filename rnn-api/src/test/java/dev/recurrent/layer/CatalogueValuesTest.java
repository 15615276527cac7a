package dev.recurrent.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares every cell of the catalogue, forward and backward, with what catalogue-cells.py computed
 * from the papers' equations with PyTorch in double precision.
 */
class CatalogueValuesTest {
  private static final int STEPS = 5;
  private static final int BATCH = 2;
  private static final int INPUT = 3;
  private static final int HIDDEN = 8;
  private static final double TOLERANCE = 2e-6;

  private static final Map<String, Map<String, double[]>> EXPECTED = read();

  static List<CellDefinition> cells() {
    return Cells.all();
  }

  @ParameterizedTest
  @MethodSource("cells")
  void aCellIsThatOfItsPaper(CellDefinition cell) {
    var expected = EXPECTED.get(cell.name());
    assertNotNull(expected, cell.name());
    var names = new HashSet<>(expected.keySet());
    try (var backend = new ReferenceBackend();
        var layer = Recurrent.of(cell, INPUT, HIDDEN).build(backend, 1);
        var tape = Tape.training(backend, 1)) {
      layer.parameters().forEach(p -> p.set(values(p)));
      var x = tape.variable(sequences(STEPS * BATCH * INPUT, INPUT, i -> Math.cos(0.9 * i + 0.2)));
      var y = layer.on(tape, x);
      int outputs = STEPS * BATCH * layer.outputSize();
      var factors =
          tape.input(sequences(outputs, layer.outputSize(), i -> Math.sin(0.5 * i + 0.1)));
      tape.backward(y.times(factors).sum());
      check(expected, names, "output", y.toArray());
      check(expected, names, "input", x.gradientToArray());
      for (var parameter : layer.parameters()) {
        var gradient = parameter.gradientToArray();
        check(
            expected,
            names,
            cellName(parameter),
            product(gradient, i -> Math.cos(0.3 * i)),
            product(gradient, i -> Math.sin(0.7 * i)));
      }
    }
    assertEquals(new HashSet<>(), names, "parameters that the layer lacks");
  }

  private static void check(
      Map<String, double[]> all, HashSet<String> left, String what, float... got) {
    var expected = all.get(what);
    assertNotNull(expected, what);
    assertEquals(expected.length, got.length, what);
    double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
    for (int i = 0; i < got.length; i++) {
      assertEquals(expected[i], got[i], TOLERANCE * Math.max(1, largest), what + " " + i);
    }
    left.remove(what);
  }

  private static float product(float[] values, IntToDoubleFunction factor) {
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += values[i] * factor.applyAsDouble(i);
    }
    return (float) sum;
  }

  private static float[] values(Parameter parameter) {
    int s = cellName(parameter).chars().sum();
    var values = new float[parameter.toArray().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.6 * Math.sin(0.37 * s + 2.3 * i));
    }
    return values;
  }

  private static String cellName(Parameter parameter) {
    return parameter.name().replace("_l0", "");
  }

  private static Sequences sequences(int count, int width, IntToDoubleFunction value) {
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) value.applyAsDouble(i);
    }
    return Sequences.timeMajor(values, STEPS, BATCH, width);
  }

  private static Map<String, Map<String, double[]>> read() {
    var cells = new HashMap<String, Map<String, double[]>>();
    try (var in = CatalogueValuesTest.class.getResourceAsStream("catalogue-cells.csv");
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
      lines
          .lines()
          .map(line -> line.split(","))
          .forEach(
              fields ->
                  cells
                      .computeIfAbsent(fields[0], _ -> new HashMap<>())
                      .put(
                          fields[1],
                          Arrays.stream(fields)
                              .skip(2)
                              .mapToDouble(Double::parseDouble)
                              .toArray()));
      return cells;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
