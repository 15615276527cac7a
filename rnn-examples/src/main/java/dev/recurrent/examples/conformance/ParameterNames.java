package dev.recurrent.examples.conformance;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.ParameterSpec;
import dev.recurrent.cell.ParameterSpec.Kind;
import dev.recurrent.cell.ParameterSpec.Slice;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Says to which rows of a cell's parameters a tensor of a case belongs, by the names of the
 * linears: those rows, one slice after the other, are the tensor. Where two tensors share rows, as
 * PyTorch's two biases do, their values are added and their gradients are the same.
 */
final class ParameterNames {
  private static final Map<String, List<String>> GATES =
      Map.of("lstm", List.of("i", "f", "g", "o"), "rnn", List.of("h"));

  private final CellProgram program;

  ParameterNames(CellProgram program) {
    this.program = program;
  }

  /** Is a slice of a parameter. */
  record Rows(ParameterSpec parameter, Slice slice) {}

  /** Finds a tensor of PyTorch, such as {@code weight_ih}, of the given kind of module. */
  List<Rows> ofPyTorch(String kind, String tensor) {
    boolean gru = kind.equals("gru");
    var fromInput = gru ? List.of("r", "z", "n") : gates(kind);
    var fromState = gru ? List.of("r", "z", "nh") : gates(kind);
    return switch (tensor) {
      case "weight_ih" -> rows(fromInput, p -> p.kind() == Kind.INPUT_WEIGHT);
      case "weight_hh" -> rows(fromState, p -> p.kind() == Kind.STATE_WEIGHT);
      case "weight_hr" -> rows(List.of("r"), p -> p.kind() == Kind.INNER_WEIGHT);
      case "bias_ih" -> rows(fromInput, p -> p.kind() == Kind.BIAS);
      case "bias_hh" -> rows(fromState, p -> p.kind() == Kind.BIAS);
      default -> throw unknown(tensor);
    };
  }

  /** Finds a tensor of the equations, such as {@code Wi}, {@code Ui}, {@code bi}, {@code pi}. */
  List<Rows> ofEquations(String tensor) {
    var vectors = Map.of("gx", "gain_x", "gh", "gain_h", "bx", "shift_x", "bh", "shift_h");
    for (var parameter : program.parameters()) {
      if (parameter.kind() == Kind.VECTOR && parameter.name().equals(tensor)) {
        return List.of(new Rows(parameter, parameter.slices().getFirst()));
      }
    }
    if (program.name().equals("lstm-layernorm")
        && !tensor.startsWith("W")
        && !tensor.startsWith("U")) {
      String name =
          switch (tensor) {
            case "gc" -> "gain_c";
            case "bc" -> "shift_c";
            default ->
                vectors.getOrDefault(prefix(tensor), "?")
                    + tensor.substring(prefix(tensor).length());
          };
      return ofEquations(name);
    }
    String linear = tensor.substring(1);
    return switch (tensor.charAt(0)) {
      case 'W' -> rows(List.of(linear), p -> p.kind() == Kind.INPUT_WEIGHT);
      case 'U' ->
          rows(
              List.of(linear), p -> p.kind() == Kind.STATE_WEIGHT || p.kind() == Kind.INNER_WEIGHT);
      case 'b' -> rows(List.of(linear), p -> p.kind() == Kind.BIAS);
      default -> throw unknown(tensor);
    };
  }

  private List<Rows> rows(List<String> linears, Predicate<ParameterSpec> kind) {
    return linears.stream().map(linear -> rows(linear, kind)).toList();
  }

  /** Finds a slice by its name, or the only one where the equations have no name for it. */
  private Rows rows(String linear, Predicate<ParameterSpec> kind) {
    var candidates =
        program.parameters().stream()
            .filter(kind)
            .flatMap(p -> p.slices().stream().map(slice -> new Rows(p, slice)))
            .toList();
    if (linear.isEmpty() && candidates.size() == 1) {
      return candidates.getFirst();
    }
    return candidates.stream()
        .filter(rows -> rows.slice().name().equals(linear))
        .findFirst()
        .orElseThrow(() -> unknown(linear));
  }

  private static String prefix(String tensor) {
    return tensor.substring(0, Math.min(2, tensor.length()));
  }

  private static List<String> gates(String kind) {
    return GATES.getOrDefault(kind, List.of());
  }

  private IllegalArgumentException unknown(String tensor) {
    return new IllegalArgumentException(
        "not understood: parameter \"" + tensor + "\" of the cell " + program.name());
  }
}
