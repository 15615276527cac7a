package dev.recurrent.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import dev.recurrent.contract.Cases;
import dev.recurrent.contract.SinglePrecisionBackend;
import dev.recurrent.io.SafeTensors;
import dev.recurrent.io.TensorData;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Loads layers that PyTorch saved and compares outputs, states and all gradients. */
class PyTorchConformanceTest {
  @TempDir Path folder;

  static List<SafeTensors> cases() {
    return Cases.ofKind("rnn", "lstm", "gru");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void givesPyTorchsNumbers(SafeTensors file) throws IOException {
    try (var backend = new ReferenceBackend()) {
      compare(file, backend);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void givesPyTorchsNumbersInSinglePrecision(SafeTensors file) throws IOException {
    try (var backend = new SinglePrecisionBackend()) {
      compare(file, backend);
    }
  }

  private static CellDefinition cell(SafeTensors file) {
    int projection = Integer.parseInt(file.metadata().get("projection"));
    return switch (file.metadata().get("kind")) {
      case "gru" -> Cells.GRU;
      case "rnn" ->
          file.metadata().get("nonlinearity").equals("relu") ? Cells.ELMAN_RELU : Cells.ELMAN;
      default -> projection > 0 ? Cells.lstmWithProjection(projection) : Cells.LSTM;
    };
  }

  private static void compare(SafeTensors file, Backend backend) throws IOException {
    try (var layer = Recurrent.fromPyTorch(file, "param.", cell(file));
        var tape = Tape.evaluation(backend)) {
      layer.build(backend, 1);
      int steps = (int) file.shape("x")[0];
      int batch = (int) file.shape("x")[1];
      var lengths = new long[batch];
      Arrays.fill(lengths, steps);
      if (file.has("lengths")) {
        lengths = file.longs("lengths");
      }
      var x = tape.variable(sequences(file.doubles("x"), lengths, layer.inputSize()));
      var initial = initialStates(tape, layer, file, batch);
      var result = layer.run(tape, x, initial);
      tape.backward(loss(tape, file, result, lengths));

      assertClose(file, "y", padded(result.output().unpack(), steps, layer.outputSize()));
      assertClose(file, "hn", joined(result.finalStates(), layer, "h", Tensor::toArray));
      assertClose(file, "grad.x", padded(x.unpackGradient(), steps, layer.inputSize()));
      assertClose(file, "grad.h0", joined(initial, layer, "h", Tensor::gradientToArray));
      if (file.has("c0")) {
        assertClose(file, "cn", joined(result.finalStates(), layer, "c", Tensor::toArray));
        assertClose(file, "grad.c0", joined(initial, layer, "c", Tensor::gradientToArray));
      }
      for (var unit : layer.units()) {
        compareParameters(file, unit);
      }
    }
  }

  /** Compares the gradients; those of PyTorch's two biases are both that of our one. */
  private static void compareParameters(SafeTensors file, RecurrentUnit unit) throws IOException {
    int compared = 0;
    for (var spec : unit.program().parameters()) {
      var gradient = unit.parameter(spec.name()).gradientToArray();
      switch (spec.name()) {
        case "weight_input" -> assertClose(file, "grad.weight_ih" + unit.suffix(), gradient);
        case "weight_h" -> assertClose(file, "grad.weight_hh" + unit.suffix(), gradient);
        case "weight_r_inner" -> assertClose(file, "grad.weight_hr" + unit.suffix(), gradient);
        default -> {
          int hidden = unit.program().sizes().hidden();
          boolean gru = spec.rows() == 4 * hidden && unit.program().name().equals("gru");
          int size = gru ? 3 * hidden : spec.rows();
          assertClose(file, "grad.bias_ih" + unit.suffix(), Arrays.copyOf(gradient, size));
          if (gru) {
            System.arraycopy(gradient, 3 * hidden, gradient, 2 * hidden, hidden);
          }
          assertClose(file, "grad.bias_hh" + unit.suffix(), Arrays.copyOf(gradient, size));
        }
      }
      compared++;
    }
    assertTrue(compared >= 2);
  }

  /** Returns sum(y dy) + sum(hn dhn) + sum(cn dcn). */
  private static Tensor loss(Tape tape, SafeTensors file, RecurrentResult result, long[] lengths)
      throws IOException {
    int width = result.output().columns();
    var dy = tape.input(sequences(file.doubles("dy"), lengths, width));
    var loss = result.output().times(dy).sum();
    var states = result.finalStates();
    int perUnit = file.has("c0") ? 2 : 1;
    for (int i = 0; i < states.size(); i++) {
      var name = i % perUnit == 0 ? "dhn" : "dcn";
      loss =
          loss.plus(
              states
                  .get(i)
                  .times(
                      tape.constant(
                          part(file, name, i / perUnit),
                          states.get(i).rows(),
                          states.get(i).columns()))
                  .sum());
    }
    return loss;
  }

  private static List<Tensor> initialStates(Tape tape, Recurrent layer, SafeTensors file, int batch)
      throws IOException {
    var initial = new ArrayList<Tensor>();
    for (int u = 0; u < layer.units().size(); u++) {
      for (var state : layer.units().get(u).program().states()) {
        initial.add(tape.variable(part(file, state.name() + "0", u), batch, state.size()));
      }
    }
    return initial;
  }

  /** Returns one of the matrices of a tensor {@code [layers * directions, B, S]}. */
  private static float[] part(SafeTensors file, String name, int index) throws IOException {
    var shape = file.shape(name);
    int size = (int) (shape[1] * shape[2]);
    return Arrays.copyOfRange(file.roundedFloats(name), index * size, (index + 1) * size);
  }

  private interface Values {
    float[] of(Tensor tensor);
  }

  private static float[] joined(List<Tensor> states, Recurrent layer, String name, Values values) {
    var all = new ArrayList<float[]>();
    int index = 0;
    for (var unit : layer.units()) {
      for (var state : unit.program().states()) {
        if (state.name().equals(name)) {
          all.add(values.of(states.get(index)));
        }
        index++;
      }
    }
    var flat = new float[all.stream().mapToInt(v -> v.length).sum()];
    int at = 0;
    for (var v : all) {
      System.arraycopy(v, 0, flat, at, v.length);
      at += v.length;
    }
    return flat;
  }

  /** Takes time-major padded features apart into the caller's sequences. */
  private static Sequences sequences(double[] values, long[] lengths, int width) {
    var all = new ArrayList<float[][]>();
    for (int b = 0; b < lengths.length; b++) {
      var sequence = new float[(int) lengths[b]][width];
      for (int t = 0; t < sequence.length; t++) {
        for (int i = 0; i < width; i++) {
          sequence[t][i] = (float) values[(t * lengths.length + b) * width + i];
        }
      }
      all.add(sequence);
    }
    return Sequences.ofFeatures(all);
  }

  private static float[] padded(List<float[][]> sequences, int steps, int width) {
    var values = new float[steps * sequences.size() * width];
    for (int b = 0; b < sequences.size(); b++) {
      for (int t = 0; t < sequences.get(b).length; t++) {
        System.arraycopy(sequences.get(b)[t], 0, values, (t * sequences.size() + b) * width, width);
      }
    }
    return values;
  }

  private static void assertClose(SafeTensors file, String name, float[] got) throws IOException {
    var want = file.doubles(name);
    assertEquals(want.length, got.length, name);
    double largest = 1;
    for (double v : want) {
      largest = Math.max(largest, Math.abs(v));
    }
    for (int i = 0; i < got.length; i++) {
      assertEquals(want[i], got[i], 2e-5 * largest, name + "[" + i + "]");
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void savesWhatPyTorchLoads(SafeTensors file) throws IOException {
    try (var backend = new ReferenceBackend();
        var layer = Recurrent.fromPyTorch(file, "param.", cell(file)).build(backend, 1)) {
      var saved = folder.resolve("saved.safetensors");
      layer.save(saved);
      var again = SafeTensors.read(saved);
      for (var name : file.names()) {
        if (name.startsWith("param.weight")) {
          var own = name.substring("param.".length());
          assertArrayEquals(file.shape(name), again.shape(own), name);
          assertArrayEquals(file.roundedFloats(name), again.floats(own), name);
        }
        if (name.startsWith("param.bias_ih")) {
          assertBiasesAddUp(file, again, name.substring("param.bias_ih".length()));
        }
      }
      var names = new LinkedHashMap<String, TensorData>(layer.toTensors());
      assertEquals(file.names().stream().filter(n -> n.startsWith("param.")).count(), names.size());
      layer.load(saved);
      assertArrayEquals(
          again.floats("weight_hh_l0"), layer.units().getFirst().parameter("weight_h").toArray());
    }
  }

  private static void assertBiasesAddUp(SafeTensors file, SafeTensors saved, String suffix)
      throws IOException {
    var first = file.roundedFloats("param.bias_ih" + suffix);
    var second = file.roundedFloats("param.bias_hh" + suffix);
    var savedFirst = saved.floats("bias_ih" + suffix);
    var savedSecond = saved.floats("bias_hh" + suffix);
    for (int i = 0; i < first.length; i++) {
      assertEquals(first[i] + second[i], savedFirst[i] + savedSecond[i], 1e-6f);
    }
  }

  @Test
  void filesThatDoNotFitAreRefused() throws IOException {
    var gru = Cases.ofKind("gru").getFirst();
    var e =
        assertThrows(IOException.class, () -> Recurrent.fromPyTorch(gru, "encoder.", Cells.GRU));
    assertTrue(e.getMessage().contains("encoder.weight_ih_l0"), e.getMessage());
    assertThrows(
        IllegalArgumentException.class, () -> Recurrent.fromPyTorch(gru, "param.", Cells.MGU));
    assertThrows(IOException.class, () -> Recurrent.fromPyTorch(gru, "param.", Cells.LSTM));
  }
}
