package dev.recurrent.layer;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.ParameterSpec;
import dev.recurrent.io.SafeTensors;
import dev.recurrent.io.SafeTensorsException;
import dev.recurrent.spi.RecurrentKernel.Direction;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Translates between the parameters of a cell and PyTorch's tensors {@code weight_ih}, {@code
 * weight_hh}, {@code weight_hr}, {@code bias_ih} and {@code bias_hh}. PyTorch adds two biases of
 * which one would do: on export ours becomes {@code bias_ih}, on import their sum becomes ours;
 * only the GRU's candidate has two biases that differ in meaning. Cells that PyTorch lacks keep
 * their names.
 */
final class PyTorchLayout {
  private static final Pattern LAYER_TENSOR =
      Pattern.compile("(.*?)(?:weight|bias)_(?:ih|hh|hr)_l\\d+.*", Pattern.DOTALL);

  private final int gates;
  private final boolean gru;
  private final RecurrentUnit unit;

  private PyTorchLayout(RecurrentUnit unit, int gates) {
    this.unit = unit;
    this.gates = gates;
    this.gru = unit.program().name().equals("gru");
  }

  /** Is what the tensors of a file say about a layer. */
  record Found(
      int input,
      int hidden,
      int layers,
      List<Direction> directions,
      CellSizes.Bias bias,
      Map<String, float[]> values) {}

  static Map<String, long[]> shapes(RecurrentUnit unit) {
    var layout = of(unit);
    var shapes = new LinkedHashMap<String, long[]>();
    for (var parameter : unit.program().parameters()) {
      var own = unit.parameter(parameter.name());
      if (layout == null) {
        shapes.put(parameter.name() + unit.suffix(), own.shape());
      } else if (parameter.kind() == ParameterSpec.Kind.BIAS) {
        long[] size = {(long) layout.gates * unit.program().sizes().hidden()};
        shapes.put("bias_ih" + unit.suffix(), size);
        shapes.put("bias_hh" + unit.suffix(), size);
      } else {
        shapes.put(weightName(parameter) + unit.suffix(), own.shape());
      }
    }
    return shapes;
  }

  static Map<String, float[]> export(RecurrentUnit unit) {
    var layout = of(unit);
    var values = new LinkedHashMap<String, float[]>();
    for (var parameter : unit.program().parameters()) {
      var own = unit.parameter(parameter.name()).toArray();
      if (layout == null) {
        values.put(parameter.name() + unit.suffix(), own);
      } else if (parameter.kind() == ParameterSpec.Kind.BIAS) {
        layout.exportBias(own, values);
      } else {
        values.put(weightName(parameter) + unit.suffix(), own);
      }
    }
    return values;
  }

  static void load(RecurrentUnit unit, Map<String, float[]> values) {
    var layout = of(unit);
    for (var parameter : unit.program().parameters()) {
      var own = unit.parameter(parameter.name());
      if (layout == null) {
        own.set(required(values, parameter.name() + unit.suffix()));
      } else if (parameter.kind() == ParameterSpec.Kind.BIAS) {
        own.set(
            layout.importBias(
                required(values, "bias_ih" + unit.suffix()),
                required(values, "bias_hh" + unit.suffix())));
      } else {
        own.set(required(values, weightName(parameter) + unit.suffix()));
      }
    }
  }

  /** Reads sizes and values of a layer that PyTorch saved. */
  static Found read(SafeTensors file, String prefix, CellDefinition cell) throws IOException {
    int gates = gates(cell.program(CellSizes.of(3, 5)));
    if (gates == 0) {
      throw new IllegalArgumentException(
          "cell: expected one that PyTorch has (elman, elman-relu, lstm, lstm-projection, gru), got"
              + " "
              + cell.name());
    }
    var weight = file.shape(prefix + "weight_ih_l0"); // [gates * H, I]
    boolean fits = weight.length == 2 && weight[0] % gates == 0 && weight[0] > 0 && weight[1] > 0;
    var hidden = fits ? hidden(file, prefix) : OptionalLong.empty();
    if (!fits || (hidden.isPresent() && hidden.getAsLong() != weight[0] / gates)) {
      throw new SafeTensorsException(
          file.file(),
          "tensor " + prefix + "weight_ih_l0",
          "[" + gates + " hidden, input] of the cell " + cell.name(),
          Arrays.toString(weight) + likeness(file, prefix + "weight_ih_l0"));
    }
    int layers = 1;
    while (file.has(prefix + "weight_ih_l" + layers)) {
      layers++;
    }
    var directions =
        file.has(prefix + "weight_ih_l0_reverse")
            ? List.of(Direction.FORWARD, Direction.REVERSE)
            : List.of(Direction.FORWARD);
    var bias = file.has(prefix + "bias_ih_l0") ? CellSizes.Bias.WITH : CellSizes.Bias.WITHOUT;
    var found =
        new Found((int) weight[1], (int) (weight[0] / gates), layers, directions, bias, Map.of());
    return withValues(file, prefix, cell, found);
  }

  /** Returns the hidden size of PyTorch's layer of any cell, if the file has one there. */
  private static OptionalLong hidden(SafeTensors file, String prefix) throws IOException {
    // [gates H, H], or with a projection to P [gates H, P] and [P, H].
    var name = prefix + (file.has(prefix + "weight_hr_l0") ? "weight_hr_l0" : "weight_hh_l0");
    if (!file.has(name) || file.shape(name).length != 2) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(file.shape(name)[1]);
  }

  /**
   * Says which of PyTorch's layers a tensor seems to belong to, to stand behind what was found.
   *
   * @param name a tensor of the layer, which need not be there
   * @return nothing where the tensors are of none
   */
  static String likeness(SafeTensors file, String name) throws SafeTensorsException {
    var parts = LAYER_TENSOR.matcher(name);
    if (!parts.matches()) {
      return "";
    }
    var prefix = parts.group(1);
    if (!file.has(prefix + "weight_ih_l0") || !file.has(prefix + "weight_hh_l0")) {
      return "";
    }
    var input = file.shape(prefix + "weight_ih_l0");
    var recurrent = file.shape(prefix + "weight_hh_l0");
    if (input.length != 2 || recurrent.length != 2 || recurrent[1] == 0) {
      return "";
    }
    if (file.has(prefix + "weight_hr_l0")) {
      return input[0] % 4 == 0
          ? "; looks like an LSTM of %d with a projection, lstmWithProjection(%d)"
              .formatted(input[0] / 4, recurrent[1])
          : "";
    }
    return switch ((int) Math.min(input[0] / recurrent[1], 9)) {
      case 1 -> "; looks like an Elman network of " + recurrent[1];
      case 3 -> "; looks like a GRU of " + recurrent[1];
      case 4 -> "; looks like an LSTM of " + recurrent[1];
      default -> "";
    };
  }

  private static Found withValues(SafeTensors file, String prefix, CellDefinition cell, Found found)
      throws IOException {
    var names = new LinkedHashMap<String, float[]>();
    var expected = new LinkedHashMap<String, long[]>();
    for (int layer = 0; layer < found.layers(); layer++) {
      for (var direction : found.directions()) {
        String suffix = "_l" + layer + (direction == Direction.REVERSE ? "_reverse" : "");
        expectedShapes(program(cell, found, layer), suffix)
            .forEach((name, shape) -> expected.put(prefix + name, shape));
      }
    }
    ModelFile.checkTensors(file, prefix + "weight_", expectedOf(expected, prefix + "weight_"));
    ModelFile.checkTensors(file, prefix + "bias_", expectedOf(expected, prefix + "bias_"));
    for (var name : expected.keySet()) {
      names.put(name.substring(prefix.length()), ModelFile.finite(file, name));
    }
    return new Found(
        found.input(), found.hidden(), found.layers(), found.directions(), found.bias(), names);
  }

  private static Map<String, long[]> expectedOf(Map<String, long[]> all, String prefix) {
    var some = new LinkedHashMap<>(all);
    some.keySet().removeIf(name -> !name.startsWith(prefix));
    return some;
  }

  private static CellProgram program(CellDefinition cell, Found found, int layer) {
    var first = cell.program(new CellSizes(found.input(), found.hidden(), found.bias()));
    return layer == 0
        ? first
        : cell.program(
            new CellSizes(
                first.outputSize() * found.directions().size(), found.hidden(), found.bias()));
  }

  private static Map<String, long[]> expectedShapes(CellProgram program, String suffix) {
    var shapes = new LinkedHashMap<String, long[]>();
    for (var parameter : program.parameters()) {
      if (parameter.kind() == ParameterSpec.Kind.BIAS) {
        long[] size = {(long) gates(program) * program.sizes().hidden()};
        shapes.put("bias_ih" + suffix, size);
        shapes.put("bias_hh" + suffix, size);
      } else {
        shapes.put(
            weightName(parameter) + suffix, new long[] {parameter.rows(), parameter.columns()});
      }
    }
    return shapes;
  }

  private static @Nullable PyTorchLayout of(RecurrentUnit unit) {
    int gates = gates(unit.program());
    return gates == 0 ? null : new PyTorchLayout(unit, gates);
  }

  /** Returns the number of gates of PyTorch's layer, or 0 for a cell that PyTorch lacks. */
  private static int gates(CellProgram program) {
    return switch (program.name()) {
      case "elman", "elman-relu" -> hasSlices(program, "h", "h", "h") ? 1 : 0;
      case "lstm", "lstm-projection" -> hasSlices(program, "ifgo", "ifgo", "ifgo") ? 4 : 0;
      case "gru" -> hasSlices(program, "rzn", "rznh", "rznnh") ? 3 : 0;
      default -> 0;
    };
  }

  /** Guards against a user's cell that has a name of the catalogue but other equations. */
  private static boolean hasSlices(CellProgram program, String input, String h, String bias) {
    return program.parameters().stream()
        .allMatch(
            parameter ->
                switch (parameter.name()) {
                  case "weight_input" -> slices(parameter).equals(input);
                  case "weight_h" -> slices(parameter).equals(h);
                  case "bias" -> slices(parameter).equals(bias);
                  case "weight_r_inner" -> slices(parameter).equals("r");
                  default -> false;
                });
  }

  private static String slices(ParameterSpec parameter) {
    var names = new StringBuilder();
    parameter.slices().forEach(slice -> names.append(slice.name()));
    return names.toString();
  }

  private static String weightName(ParameterSpec parameter) {
    // Not by kind: with dropout of the state, weight_h multiplies a value computed within the step.
    return switch (parameter.name()) {
      case "weight_input" -> "weight_ih";
      case "weight_h" -> "weight_hh";
      case "weight_r_inner" -> "weight_hr";
      default -> throw new AssertionError(parameter.name());
    };
  }

  private void exportBias(float[] own, Map<String, float[]> values) {
    int hidden = unit.program().sizes().hidden();
    int size = gates * hidden;
    var second = new float[size];
    if (gru) {
      System.arraycopy(own, 3 * hidden, second, 2 * hidden, hidden);
    }
    values.put("bias_ih" + unit.suffix(), Arrays.copyOf(own, size));
    values.put("bias_hh" + unit.suffix(), second);
  }

  private float[] importBias(float[] first, float[] second) {
    int hidden = unit.program().sizes().hidden();
    var own = Arrays.copyOf(first, unit.parameter("bias").size());
    int summed = gru ? 2 * hidden : own.length;
    for (int i = 0; i < summed; i++) {
      own[i] += second[i];
    }
    if (gru) {
      System.arraycopy(second, 2 * hidden, own, 3 * hidden, hidden);
    }
    return own;
  }

  private static float[] required(Map<String, float[]> values, String name) {
    return java.util.Objects.requireNonNull(values.get(name), name);
  }
}
