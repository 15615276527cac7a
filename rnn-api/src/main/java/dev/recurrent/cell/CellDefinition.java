package dev.recurrent.cell;

import dev.recurrent.cell.ParameterSpec.Kind;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Defines a recurrent cell by its equations.
 *
 * <pre>{@code
 * static final CellDefinition MGU = CellDefinition.named("mgu", c -> {
 *   var x = c.input();
 *   var h = c.state("h");
 *   var f = sigmoid(c.linear("f", x, h));
 *   var n = tanh(c.linear("n", x, f.times(h)));
 *   c.next("h", h.plus(f.times(n.minus(h))));
 * });
 * }</pre>
 *
 * <p>Nothing else is needed: the backward pass is derived, and every backend compiles both. The
 * equations are run once when the cell is defined, so that a mistake shows at once, and again for
 * each pair of sizes; they must therefore be a pure function of the builder they are given.
 * Immutable and safe for use by several threads.
 */
public final class CellDefinition {
  /**
   * Sizes that differ, so that a confusion of input and hidden size shows when a cell is defined.
   */
  private static final CellSizes PROBE = CellSizes.of(3, 5);

  private final String name;
  private final Consumer<CellBuilder> equations;
  private final InitialValues initialValues;

  private CellDefinition(
      String name, Consumer<CellBuilder> equations, InitialValues initialValues) {
    this.name = name;
    this.equations = equations;
    this.initialValues = initialValues;
    program(PROBE);
  }

  /**
   * Defines a cell. Weights of the input start as {@link Initializer#glorot()}, all others as
   * {@link Initializer#orthogonal()}, biases as 0.
   *
   * @throws CellDefinitionException if the equations do not fit together
   */
  public static CellDefinition named(String name, Consumer<CellBuilder> equations) {
    if (name.isBlank()) {
      throw new CellDefinitionException("(unnamed)", "name: expected text, got \"" + name + "\"");
    }
    return new CellDefinition(name, equations, InitialValues.DEFAULT);
  }

  /** Returns the same cell with another first value of the bias of the given linear. */
  public CellDefinition withInitialBias(String linear, double value) {
    boolean known =
        program(PROBE).parameters().stream()
            .filter(parameter -> parameter.kind() == Kind.BIAS)
            .flatMap(parameter -> parameter.slices().stream())
            .anyMatch(slice -> slice.name().equals(linear));
    if (!known) {
      throw new CellDefinitionException(name, "initial bias: expected a linear, got " + linear);
    }
    var biases = new HashMap<String, Double>(initialValues.biases());
    biases.put(linear, value);
    return new CellDefinition(name, equations, new InitialValues(biases, initialValues.weights()));
  }

  /** Returns the same cell with another initializer of the weights of the given kind. */
  public CellDefinition withInitialWeights(Kind kind, Initializer initializer) {
    Map<Kind, Initializer> weights = new HashMap<>(initialValues.weights());
    weights.put(kind, initializer);
    return new CellDefinition(name, equations, new InitialValues(initialValues.biases(), weights));
  }

  /** Returns the name by which the cell is known in files and on the command line. */
  public String name() {
    return name;
  }

  /**
   * Compiles the equations for the given sizes.
   *
   * @throws CellDefinitionException if the equations do not fit together at these sizes
   */
  public CellProgram program(CellSizes sizes) {
    var builder = new CellBuilder(name, sizes, initialValues);
    equations.accept(builder);
    return builder.build();
  }

  @Override
  public String toString() {
    return name;
  }
}
