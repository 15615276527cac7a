package dev.recurrent.examples.conformance;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import dev.recurrent.examples.conformance.ParameterNames.Rows;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a recurrent layer forward and backward from {@code x}, {@code h0}, {@code c0} and {@code
 * param.*}, and compares {@code y}, {@code hn}, {@code cn} and the gradients {@code grad.*} of
 * sum(y dy) + sum(hn dhn) + sum(cn dcn).
 */
final class RecurrentCase {
  private final CaseFile data;
  private final String kind;
  private final Recurrent layer;

  /** Whether names and layouts of the parameters are PyTorch's, with {@code _l0} behind. */
  private final boolean pyTorch;

  private final int[] shape; // [T, B, I]
  private final int[] lengths; // [B]

  private RecurrentCase(CaseFile data, String kind, CellDefinition cell, boolean pyTorch)
      throws IOException {
    this.data = data;
    this.kind = kind;
    this.pyTorch = pyTorch;
    shape = data.shape("x", 3);
    lengths = data.has("lengths") ? data.ints("lengths") : uniform(shape[0], shape[1]);
    layer = Recurrent.of(cell, data.integer("input"), data.integer("hidden"));
    layer.layers(data.integer("layers", 1));
    if (data.flag("bidirectional", false)) {
      layer.bidirectional();
    }
    if (!data.flag("bias", true)) {
      layer.withoutBias();
    }
    data.requireShape("x", data.integer("steps"), data.integer("batch"), data.integer("input"));
  }

  /** Reads a case of {@code torch.nn.RNN}, {@code LSTM} or {@code GRU}. */
  static RecurrentCase ofPyTorch(CaseFile data) throws IOException {
    var kind = data.text("kind");
    int projection = data.integer("projection", 0);
    var cell =
        switch (kind + "/" + data.text("nonlinearity", "tanh")) {
          case "rnn/tanh" -> Cells.ELMAN;
          case "rnn/relu" -> Cells.ELMAN_RELU;
          case "lstm/tanh" -> projection > 0 ? Cells.lstmWithProjection(projection) : Cells.LSTM;
          case "gru/tanh" -> Cells.GRU;
          default ->
              throw new IllegalArgumentException(
                  "not understood: nonlinearity " + data.text("nonlinearity"));
        };
    if (projection > 0 && !kind.equals("lstm")) {
      throw new IllegalArgumentException("not understood: projection of " + kind);
    }
    return new RecurrentCase(data, kind, cell, true);
  }

  /** Reads a case of a cell of the catalogue, whose parameters are named as in its equations. */
  static RecurrentCase ofCell(CaseFile data, String kind) throws IOException {
    var cell =
        Cells.all().stream()
            .filter(c -> c.name().equals(kind))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("not understood: kind " + kind));
    return new RecurrentCase(data, kind, cell, false);
  }

  void run(Backend backend, Comparison comparison) throws IOException {
    try (layer;
        var tape = Tape.evaluation(backend)) {
      layer.build(backend, 1);
      setParameters();
      layer.store().clearGradients();
      var x = tape.variable(sequences(data.floats("x"), shape[2]));
      var initial = initialStates(tape);
      var result = layer.run(tape, x, initial);
      tape.backward(scalar(tape, result.output(), result.finalStates()));

      comparison.expect("y", padded(result.output().unpack(), layer.outputSize()));
      expectStates(
          comparison, "", "n", result.finalStates().stream().map(Tensor::toArray).toList());
      comparison.expect("grad.x", padded(x.unpackGradient(), shape[2]));
      if (!initial.isEmpty()) {
        expectStates(
            comparison, "grad.", "0", initial.stream().map(Tensor::gradientToArray).toList());
      }
      expectParameterGradients(comparison);
    }
  }

  private void setParameters() throws IOException {
    var values = new LinkedHashMap<Parameter, float[]>();
    layer.parameters().forEach(p -> values.put(p, new float[p.size()]));
    for (var name : data.namesWith("param.")) {
      var tensor = data.floats(name);
      int from = 0;
      for (var part : parts(name.substring("param.".length()))) {
        var into = java.util.Objects.requireNonNull(values.get(part.parameter));
        if (from + part.count > tensor.length) {
          break; // reported below
        }
        for (int i = 0; i < part.count; i++) {
          into[part.offset + i] += tensor[from + i];
        }
        from += part.count;
      }
      if (from != tensor.length || from == 0) {
        throw new IllegalArgumentException(
            name + ": expected the size of its gates, got " + tensor.length + " values");
      }
    }
    values.forEach(Parameter::set);
  }

  private void expectParameterGradients(Comparison comparison) throws IOException {
    for (var name : data.namesWith("param.")) {
      var tensor = name.substring("param.".length());
      var parts = parts(tensor);
      var gradient = new float[parts.stream().mapToInt(part -> part.count).sum()];
      int at = 0;
      for (var part : parts) {
        System.arraycopy(part.parameter.gradientToArray(), part.offset, gradient, at, part.count);
        at += part.count;
      }
      comparison.expect("grad." + tensor, gradient);
    }
  }

  /** Is a range of elements of a parameter. */
  private record Part(Parameter parameter, int offset, int count) {}

  private List<Part> parts(String tensor) {
    var matcher = java.util.regex.Pattern.compile("(.*)(_l(\\d+)(_reverse)?)").matcher(tensor);
    if (pyTorch && !matcher.matches()) {
      throw new IllegalArgumentException("not understood: parameter " + tensor);
    }
    int level = pyTorch ? Integer.parseInt(matcher.group(3)) : 0;
    if (level >= layer.layerCount()) {
      throw new IllegalArgumentException("not understood: layer of parameter " + tensor);
    }
    var names = new ParameterNames(layer.program(level));
    var rows = pyTorch ? names.ofPyTorch(kind, matcher.group(1)) : names.ofEquations(tensor);
    var suffix = pyTorch ? matcher.group(2) : "_l0";
    return rows.stream().map(r -> part(r, suffix)).toList();
  }

  private Part part(Rows rows, String suffix) {
    var name = rows.parameter().name() + suffix;
    var parameter =
        layer.parameters().stream()
            .filter(p -> p.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("not understood: parameter " + name));
    int columns = parameter.columns();
    return new Part(parameter, rows.slice().offset() * columns, rows.slice().rows() * columns);
  }

  /** The states' names, such as h and c, and their sizes; equal in all layers. */
  private Map<String, Integer> states() {
    var sizes = new LinkedHashMap<String, Integer>();
    layer.program(0).states().forEach(state -> sizes.put(state.name(), state.size()));
    return sizes;
  }

  private int units() {
    return layer.layerCount() * layer.directions().size();
  }

  /** Returns the initial states in the layer's order, or none where the case has none. */
  private List<Tensor> initialStates(Tape tape) throws IOException {
    if (states().keySet().stream().noneMatch(name -> data.has(name + "0"))) {
      return List.of();
    }
    return perUnit("0").stream()
        .map(s -> tape.variable(s.values, s.values.length / Math.max(1, s.size), s.size))
        .toList();
  }

  private record StateValues(float[] values, int size) {}

  /** Reads states {@code [units, B, S]} and cuts them up: unit by unit, in it state by state. */
  private List<StateValues> perUnit(String suffix) throws IOException {
    var cut = new ArrayList<StateValues>();
    for (int unit = 0; unit < units(); unit++) {
      for (var state : states().entrySet()) {
        int size = shape[1] * state.getValue();
        var all = stateTensor(state.getKey(), suffix, state.getValue());
        cut.add(
            new StateValues(
                Arrays.copyOfRange(all, unit * size, (unit + 1) * size), state.getValue()));
      }
    }
    return cut;
  }

  private float[] stateTensor(String state, String suffix, int size) throws IOException {
    var name = suffix.isEmpty() ? "d" + state + "n" : state + suffix;
    return pyTorch ? data.floats(name, units(), shape[1], size) : data.floats(name, shape[1], size);
  }

  /** Computes sum(y dy) + sum(hn dhn) + sum(cn dcn). */
  private Tensor scalar(Tape tape, Tensor y, List<Tensor> finals) throws IOException {
    data.requireShape("dy", shape[0], shape[1], layer.outputSize());
    var dy = tape.input(sequences(data.floats("dy"), layer.outputSize()));
    var sum = y.times(dy).sum();
    var dFinals = perUnit("");
    for (int i = 0; i < finals.size(); i++) {
      var d = dFinals.get(i);
      var weights = tape.constant(d.values, shape[1], d.size);
      sum = sum.plus(finals.get(i).times(weights).sum());
    }
    return sum;
  }

  /** Compares states that are in the layer's order with tensors {@code [units, B, S]}. */
  private void expectStates(
      Comparison comparison, String prefix, String suffix, List<float[]> values)
      throws IOException {
    var names = List.copyOf(states().keySet());
    for (int s = 0; s < names.size(); s++) {
      int count = shape[1] * java.util.Objects.requireNonNull(states().get(names.get(s)));
      var all = new float[units() * count];
      for (int unit = 0; unit < units(); unit++) {
        System.arraycopy(values.get(unit * names.size() + s), 0, all, unit * count, count);
      }
      comparison.expect(prefix + names.get(s) + suffix, all);
    }
  }

  /** Cuts a padded tensor {@code [T, B, width]} into sequences of their lengths. */
  private Sequences sequences(float[] padded, int width) {
    var sequences = new ArrayList<float[][]>();
    for (int b = 0; b < shape[1]; b++) {
      var rows = new float[lengths[b]][];
      for (int t = 0; t < rows.length; t++) {
        int at = (t * shape[1] + b) * width;
        rows[t] = Arrays.copyOfRange(padded, at, at + width);
      }
      sequences.add(rows);
    }
    return Sequences.ofFeatures(sequences);
  }

  /** Returns sequences as {@code [T, B, width]}, with zeros behind the end of each. */
  private float[] padded(List<float[][]> sequences, int width) {
    var padded = new float[shape[0] * shape[1] * width];
    for (int b = 0; b < sequences.size(); b++) {
      for (int t = 0; t < sequences.get(b).length; t++) {
        System.arraycopy(sequences.get(b)[t], 0, padded, (t * shape[1] + b) * width, width);
      }
    }
    return padded;
  }

  private static int[] uniform(int steps, int batch) {
    var lengths = new int[batch];
    Arrays.fill(lengths, steps);
    return lengths;
  }
}
