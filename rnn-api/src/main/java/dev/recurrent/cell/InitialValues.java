package dev.recurrent.cell;

import dev.recurrent.cell.ParameterSpec.Kind;
import java.util.Map;

/** Says how the weights and biases of a cell start. */
record InitialValues(Map<String, Initializer> biases, Map<Kind, Initializer> weights) {
  static final InitialValues DEFAULT = new InitialValues(Map.of(), Map.of());

  InitialValues {
    biases = Map.copyOf(biases);
    weights = Map.copyOf(weights);
  }

  Initializer bias(String linear) {
    return biases.getOrDefault(linear, Initializer.constant(0));
  }

  Initializer weight(Kind kind) {
    var chosen = weights.get(kind);
    if (chosen != null) {
      return chosen;
    }
    return kind == Kind.INPUT_WEIGHT ? Initializer.glorot() : Initializer.orthogonal();
  }
}
