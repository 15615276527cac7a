package dev.recurrent.cell;

import dev.recurrent.CheckReturnValue;
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
@CheckReturnValue
public final class CellDefinition {
  /**
   * Sizes that differ, so that a confusion of input and hidden size shows when a cell is defined.
   */
  private static final CellSizes PROBE = CellSizes.of(3, 5);

  private final String name;
  private final Consumer<CellBuilder> equations;
  private final InitialValues initialValues;
  private final Regularization regularization;

  private CellDefinition(
      String name,
      Consumer<CellBuilder> equations,
      InitialValues initialValues,
      Regularization regularization) {
    this.name = name;
    this.equations = equations;
    this.initialValues = initialValues;
    this.regularization = regularization;
    var _ = program(PROBE);
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
    return new CellDefinition(name, equations, InitialValues.DEFAULT, Regularization.NONE);
  }

  /** Returns the same cell with another first value of the bias of the given linear. */
  public CellDefinition withInitialBias(String linear, double value) {
    return withInitialBias(linear, Initializer.constant(value));
  }

  /**
   * Returns the same cell with another initializer of the bias of the given linear.
   *
   * @throws CellDefinitionException if the cell has no linear of that name with a bias
   */
  public CellDefinition withInitialBias(String linear, Initializer initializer) {
    boolean known =
        program(PROBE).parameters().stream()
            .filter(parameter -> parameter.kind() == Kind.BIAS)
            .flatMap(parameter -> parameter.slices().stream())
            .anyMatch(slice -> slice.name().equals(linear));
    if (!known) {
      throw new CellDefinitionException(name(), "initial bias: expected a linear, got " + linear);
    }
    var biases = new HashMap<String, Initializer>(initialValues.biases());
    biases.put(linear, initializer);
    return with(new InitialValues(biases, initialValues.weights()));
  }

  /** Tells whether a gate keeps a state, so that the cell can start {@link #remembering}. */
  public boolean isGated() {
    return !memoryGates().isEmpty();
  }

  private Map<String, MemoryGates.Role> memoryGates() {
    var builder = new CellBuilder(name, PROBE, initialValues, Regularization.NONE);
    equations.accept(builder);
    return MemoryGates.of(builder.build());
  }

  /**
   * Returns the same cell with gates that start so that its units remember for 1 to {@code steps}
   * steps, each for another time (chrono initialization of Tallec and Ollivier 2018): for long
   * sequences whose beginning matters. The gates are found in the equations: the bias of one that
   * keeps a state starts as {@link Initializer#chrono}, that of one that lets something new in as
   * the negative of such a draw; of its own, where the paper negates the draw of the other gate. It
   * says how training starts and nothing else.
   *
   * @param steps at least 2
   * @throws CellDefinitionException if no gate keeps a state: if in none of the sums that are a
   *     state's next value, the sigmoid of a linear with a bias multiplies that state
   */
  public CellDefinition remembering(int steps) {
    var gates = memoryGates();
    if (gates.isEmpty()) {
      throw new CellDefinitionException(
          name(), "remembering: expected a cell with a gate that keeps a state, found none");
    }
    var chrono = Initializer.chrono(steps);
    var cell = this;
    for (var gate : gates.entrySet()) {
      var bias =
          switch (gate.getValue()) {
            case KEEPS -> chrono;
            case ADMITS -> chrono.negated();
          };
      cell = cell.withInitialBias(gate.getKey(), bias);
    }
    return cell;
  }

  /**
   * Returns the same cell with another initializer of the weights of the given kind; it is asked
   * for each linear's slice of a weight by itself. It says how training starts and nothing else: a
   * model file of the one cell is one of the other.
   *
   * @throws CellDefinitionException if the cell has no weight of that kind
   */
  public CellDefinition withInitialWeights(Kind kind, Initializer initializer) {
    var kinds =
        program(PROBE).parameters().stream()
            .filter(ParameterSpec::isWeight)
            .map(ParameterSpec::kind)
            .distinct()
            .toList();
    if (!kinds.contains(kind)) {
      throw new CellDefinitionException(
          name(), "initial weights: expected a kind out of " + kinds + ", got " + kind);
    }
    Map<Kind, Initializer> weights = new HashMap<>(initialValues.weights());
    weights.put(kind, initializer);
    return with(new InitialValues(initialValues.biases(), weights));
  }

  /**
   * Returns the same cell with zoneout (Krueger et al. 2017) of all its states, see {@link
   * #withZoneout(String, double)}.
   */
  public CellDefinition withZoneout(double rate) {
    requireRate("zoneout", rate);
    var zoneout = regularization;
    for (var state : program(PROBE).states()) {
      zoneout = zoneout.withZoneout(state.name(), rate);
    }
    return with(zoneout);
  }

  /**
   * Returns the same cell with zoneout of one state (Krueger et al. 2017): in training each unit
   * keeps its previous value at the rate, s' = d∘s + (1-d)∘next; otherwise d is its expectation,
   * the rate. What the equations compute from {@code next} within the step is not affected, as in
   * the paper's LSTM. The cell computes something else outside training too, so its {@link #name()}
   * names the rates, and a model file of it is one of another cell.
   *
   * @throws CellDefinitionException if the cell has no such state or the rate is not in [0, 1)
   */
  public CellDefinition withZoneout(String state, double rate) {
    requireRate("zoneout", rate);
    var states = program(PROBE).states().stream().map(StateSpec::name).toList();
    if (!states.contains(state)) {
      throw new CellDefinitionException(
          name(), "zoneout: expected a state out of " + states + ", got " + state);
    }
    return with(regularization.withZoneout(state, rate));
  }

  /**
   * Returns the same cell with variational dropout of its recurrent connections (Gal and Ghahramani
   * 2016): in training, weights see each state h through one mask for a whole sequence, as h∘mask /
   * (1 - rate). That is so where a weight multiplies the state, or the state times a gate; the
   * elementwise path by which a gated cell remembers keeps all units. Outside training the cell
   * computes what it does without, so a model file of the one is one of the other.
   *
   * @throws CellDefinitionException if no weight multiplies a state or the rate is not in [0, 1)
   */
  public CellDefinition withRecurrentDropout(double rate) {
    requireRate("recurrent dropout", rate);
    return with(regularization.withRecurrentDropout(rate));
  }

  /** Returns the rate of {@link #withRecurrentDropout}; 0 without. */
  public double recurrentDropout() {
    return regularization.recurrentDropout();
  }

  /** Returns the name by which the cell is known in files and on the command line. */
  public String name() {
    return name + regularization.suffix();
  }

  /**
   * Returns what tells these equations from others of the same name: the names of the weights'
   * parts, and a hash. Initial values and dropout of recurrent connections are no part of it, nor
   * are sizes. Model files hold it.
   */
  public String fingerprint() {
    var masks = regularization.withRecurrentDropout(0);
    var builder = new CellBuilder(name(), PROBE, initialValues, masks);
    equations.accept(builder);
    return CellFingerprint.of(builder.build());
  }

  /**
   * Tells whether a fingerprint is of other equations than these; of one that another version of
   * the library wrote in another form, it cannot be told.
   */
  public boolean differsFrom(String fingerprint) {
    return CellFingerprint.differ(fingerprint(), fingerprint);
  }

  /**
   * Compiles the equations for the given sizes.
   *
   * @throws CellDefinitionException if the equations do not fit together at these sizes
   */
  public CellProgram program(CellSizes sizes) {
    var builder = new CellBuilder(name(), sizes, initialValues, regularization);
    equations.accept(builder);
    return builder.build();
  }

  private CellDefinition with(InitialValues values) {
    return new CellDefinition(name, equations, values, regularization);
  }

  private CellDefinition with(Regularization masks) {
    return new CellDefinition(name, equations, initialValues, masks);
  }

  private void requireRate(String what, double rate) {
    if (!(rate >= 0 && rate < 1)) {
      throw new CellDefinitionException(name(), what + ": expected a rate in [0, 1), got " + rate);
    }
  }

  @Override
  public String toString() {
    return recurrentDropout() == 0
        ? name()
        : name() + "+recurrent-dropout(" + recurrentDropout() + ")";
  }
}
