package dev.recurrent.cell;

import dev.recurrent.cell.Instruction.Linear;
import dev.recurrent.cell.ParameterSpec.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Collects the equations of a cell. A {@link CellDefinition} hands one to the user's equations; the
 * order of calls is free, except that {@link #next} must be called once for every state.
 *
 * <p>Used by the thread that defines or compiles the cell, within the equations only.
 */
public final class CellBuilder {
  private final String cell;
  private final CellSizes sizes;
  private final InitialValues initialValues;
  private final StateMasks stateMasks;
  private final CodeBuilder code = new CodeBuilder();
  private final List<StateSpec> states = new ArrayList<>();
  private final List<ParameterBuilder> parameters = new ArrayList<>();
  private final Map<String, Integer> nextValues = new LinkedHashMap<>();
  private int masks;
  private int output;

  CellBuilder(
      String cell, CellSizes sizes, InitialValues initialValues, Regularization regularization) {
    this.cell = cell;
    this.sizes = sizes;
    this.initialValues = initialValues;
    stateMasks = new StateMasks(this, regularization);
  }

  /** Returns the hidden size, H. */
  public int hiddenSize() {
    return sizes.hidden();
  }

  /** Returns the number of input features, I. */
  public int inputSize() {
    return sizes.input();
  }

  /** Returns the input of this step, {@code [B, I]}. */
  public Value input() {
    return emit(new Instruction.Input(sizes.input()));
  }

  /** Returns the named state as the previous step left it, {@code [B, H]}. */
  public Value state(String name) {
    return state(name, sizes.hidden());
  }

  /** Returns the named state as the previous step left it, {@code [B, size]}. */
  public Value state(String name, int size) {
    requireSize("state " + name, size);
    int index = indexOfState(name);
    if (index < 0) {
      index = states.size();
      states.add(new StateSpec(name, size));
    } else if (states.get(index).size() != size) {
      throw problem(
          "state " + name + ": expected size " + states.get(index).size() + ", got " + size);
    }
    return emit(new Instruction.State(index, size));
  }

  /**
   * Returns a linear function of the operands, {@code [B, H]}: {@code W_1 v_1 + W_2 v_2 + … + b}.
   * Each operand has a weight of its own, in which the name stands for the rows of this linear; so
   * the operands must differ, and each name may be used once. What a linear reads may be anything
   * but a scalar: the input, states, and any number of values computed before, as in {@code
   * linear("n", x, f.times(h), oneMinus(f).times(h))}.
   */
  public Value linear(String name, Value... operands) {
    return linear(name, sizes.hidden(), operands);
  }

  /** Returns a linear function of the operands with {@code size} columns. */
  public Value linear(String name, int size, Value... operands) {
    var sum = product(name, size, operands);
    if (sizes.bias() == CellSizes.Bias.WITHOUT) {
      return sum;
    }
    return sum.plus(vector("bias", name, size, Kind.BIAS, initialValues.bias(name)));
  }

  /**
   * Returns {@code W_1 v_1 + W_2 v_2 + …} with {@code size} columns: a linear without a bias. The
   * same name may be used again with other operands, since their weights are others.
   */
  public Value product(String name, int size, Value... operands) {
    requireSize("linear " + name, size);
    if (operands.length == 0) {
      throw problem("linear " + name + ": expected at least one operand, got none");
    }
    Value sum = null;
    var seenBefore = new HashSet<Integer>();
    for (var operand : operands) {
      requireOwn("linear " + name, operand);
      if (!seenBefore.add(operand.id())) {
        throw problem(
            "linear "
                + name
                + ": expected operands that differ, got "
                + describe(operand)
                + " twice");
      }
      if (operand.width() == Instruction.SCALAR) {
        throw problem("linear " + name + ": expected a row of numbers as operand, got a scalar");
      }
      var seen = stateMasks.seenByWeights(operand);
      var parameter = weightFor(operand, seen, name);
      int offset = parameter.add(name, size, initialValues.weight(kindOf(operand)), this);
      var term = emit(new Linear(parameter.index(), offset, seen.id(), size));
      sum = sum == null ? term : sum.plus(term);
    }
    return Objects.requireNonNull(sum);
  }

  /**
   * Returns a trainable vector with H elements, the same for every row, at first all 0. Each name
   * may be used once; to read a vector in several equations, keep the value.
   */
  public Value vector(String name) {
    return vector(name, sizes.hidden(), Initializer.constant(0));
  }

  /**
   * Returns a trainable vector with {@code size} elements, the same for every row. Each name may be
   * used once, so that two equations never share a vector by accident; to share one, keep the
   * value.
   */
  public Value vector(String name, int size, Initializer initializer) {
    requireSize("vector " + name, size);
    return vector(name, name, size, Kind.VECTOR, initializer);
  }

  private Value vector(
      String parameterName, String slice, int size, Kind kind, Initializer initializer) {
    var parameter = findOrAdd(parameterName, kind, 1, -1);
    int offset = parameter.add(slice, size, initializer, this);
    return emit(new Instruction.Vector(parameter.index(), offset, size));
  }

  /** Returns a number as a value. */
  public Value constant(double number) {
    return emit(new Instruction.Constant(number));
  }

  /**
   * Returns a random mask {@code [B, H]}, drawn anew at each step: 1 with probability {@code 1 -
   * rate}, otherwise 0. Outside training it is the number {@code 1 - rate} everywhere, its
   * expectation. Dropout is {@code v.times(mask).dividedBy(1 - rate)}; zoneout is {@code
   * mask.times(next).plus(oneMinus(mask).times(previous))}.
   */
  public Value keepMask(double rate) {
    return keepMask(rate, sizes.hidden(), MaskScope.STEP);
  }

  /** Returns a random mask {@code [B, size]} as {@link #keepMask(double)} does. */
  public Value keepMask(double rate, int size, MaskScope scope) {
    requireSize("keepMask", size);
    if (!(rate >= 0 && rate < 1)) {
      throw problem("keepMask: expected a rate in [0, 1), got " + rate);
    }
    return emit(new Instruction.Mask(masks++, 1 - rate, scope, size));
  }

  /** Returns the operand itself; the gradient that comes back through it is cut to ±limit. */
  public Value clipGradient(Value value, double limit) {
    requireOwn("clipGradient", value);
    if (!(limit > 0)) {
      throw problem("clipGradient: expected a limit above 0, got " + limit);
    }
    return emit(new Instruction.ClipGradient(value.id(), limit, value.width()));
  }

  /** Says what the named state is after this step. */
  public void next(String state, Value value) {
    requireOwn("next " + state, value);
    int index = indexOfState(state);
    if (index < 0) {
      throw problem("next " + state + ": expected a state out of " + stateNames() + ", got none");
    }
    int size = states.get(index).size();
    if (value.width() != size) {
      throw problem(
          "next " + state + ": expected " + width(size) + ", got " + width(value.width()));
    }
    if (nextValues.putIfAbsent(state, stateMasks.zonedOut(states.get(index), value).id()) != null) {
      throw problem("next " + state + ": expected one definition, got a second one");
    }
  }

  /** Says which state is the output of the cell; without this call it is the first one. */
  public void output(String state) {
    int index = indexOfState(state);
    if (index < 0) {
      throw problem("output: expected a state out of " + stateNames() + ", got " + state);
    }
    output = index;
  }

  Value unary(UnaryOp op, Value a) {
    return emit(new Instruction.Unary(op, a.id(), a.width()));
  }

  Value binary(BinaryOp op, Value a, Value b) {
    requireOwn(op.name().toLowerCase(Locale.ROOT), b);
    boolean fits = a.width() == b.width() || a.width() == Instruction.SCALAR;
    if (!fits && b.width() != Instruction.SCALAR) {
      throw problem(
          op.name().toLowerCase(Locale.ROOT)
              + " of "
              + describe(a)
              + " and "
              + describe(b)
              + ": expected equal sizes, got "
              + a.width()
              + " and "
              + b.width());
    }
    boolean diagonal = op == BinaryOp.TIMES && isVector(a) != isVector(b);
    var left = diagonal && isVector(b) ? stateMasks.seenByWeights(a) : a;
    var right = diagonal && isVector(a) ? stateMasks.seenByWeights(b) : b;
    return emit(new Instruction.Binary(op, left.id(), right.id(), Math.max(a.width(), b.width())));
  }

  Value rowSum(Value a) {
    return a.width() == Instruction.SCALAR ? a : emit(new Instruction.RowSum(a.id()));
  }

  CellProgram build() {
    if (states.isEmpty()) {
      throw problem("expected at least one state, got none");
    }
    for (var state : states) {
      if (!nextValues.containsKey(state.name())) {
        throw problem(
            "state " + state.name() + ": expected next(\"" + state.name() + "\", …), got none");
      }
    }
    var next = states.stream().map(state -> nextValues.get(state.name())).toList();
    var specs = parameters.stream().map(ParameterBuilder::build).toList();
    var program = new CellProgram(cell, sizes, states, specs, code.code(), next, output);
    requireAllUsed(program);
    if (stateMasks.findNothingToDrop()) {
      throw problem("recurrent dropout: expected a weight that multiplies a state, got none");
    }
    return program;
  }

  private void requireAllUsed(CellProgram program) {
    var used = CodeBuilder.reachable(program.code(), program.next());
    for (int i = 0; i < program.code().size(); i++) {
      if (!used.get(i)) {
        switch (program.code().get(i)) {
          case Linear linear ->
              throw problem(
                  "linear "
                      + program.sliceName(linear.parameter(), linear.offset())
                      + " is unused");
          case Instruction.Vector vector ->
              throw problem(
                  "vector "
                      + program.sliceName(vector.parameter(), vector.offset())
                      + " is unused");
          default -> {}
        }
      }
    }
  }

  private Value emit(Instruction instruction) {
    return new Value(this, code.emit(instruction), instruction.width());
  }

  /** Says what a weight of the operand is, whatever masks lie between the two. */
  private Kind kindOf(Value operand) {
    return switch (code.get(operand.id())) {
      case Instruction.Input _ -> Kind.INPUT_WEIGHT;
      case Instruction.State _ -> Kind.STATE_WEIGHT;
      default -> Kind.INNER_WEIGHT;
    };
  }

  /** Returns the weight of an operand, which keeps its name where it sees it through a mask. */
  private ParameterBuilder weightFor(Value operand, Value seen, String linear) {
    return switch (code.get(operand.id())) {
      case Instruction.Input input ->
          findOrAdd("weight_input", Kind.INPUT_WEIGHT, input.width(), operand.id());
      case Instruction.State state ->
          findOrAdd(
              "weight_" + states.get(state.state()).name(),
              seen == operand ? Kind.STATE_WEIGHT : Kind.INNER_WEIGHT,
              state.width(),
              seen.id());
      default -> {
        for (var parameter : parameters) {
          if (parameter.operand() == seen.id()) {
            yield parameter;
          }
        }
        yield findOrAdd(innerWeightName(linear), Kind.INNER_WEIGHT, operand.width(), seen.id());
      }
    };
  }

  /**
   * Returns weight_n_inner for the first computed value that linear n reads, then weight_n_inner_2.
   */
  private String innerWeightName(String linear) {
    var first = "weight_" + linear + "_inner";
    var name = first;
    for (int k = 2; isTaken(name); k++) {
      name = first + "_" + k;
    }
    return name;
  }

  private boolean isTaken(String parameter) {
    return parameters.stream().anyMatch(p -> p.name().equals(parameter));
  }

  private boolean isVector(Value value) {
    return instruction(value) instanceof Instruction.Vector;
  }

  Instruction instruction(Value value) {
    return instruction(value.id());
  }

  Instruction instruction(int id) {
    return code.get(id);
  }

  private ParameterBuilder findOrAdd(String name, Kind kind, int columns, int operand) {
    for (var parameter : parameters) {
      if (parameter.name().equals(name)) {
        if (parameter.kind() != kind || parameter.operand() != operand) {
          throw problem(
              name
                  + ": expected a name that is not taken, but another parameter has it; give the"
                  + " vector, state or linear another name");
        }
        return parameter;
      }
    }
    var parameter = new ParameterBuilder(parameters.size(), name, kind, columns, operand);
    parameters.add(parameter);
    return parameter;
  }

  private int indexOfState(String name) {
    for (int i = 0; i < states.size(); i++) {
      if (states.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  private List<String> stateNames() {
    return states.stream().map(StateSpec::name).toList();
  }

  private String describe(Value value) {
    return switch (code.get(value.id())) {
      case Instruction.Input input -> "the input";
      case Instruction.State state -> "state " + states.get(state.state()).name();
      case Instruction.Vector vector ->
          "vector " + parameters.get(vector.parameter()).sliceName(vector.offset());
      case Linear linear ->
          "linear " + parameters.get(linear.parameter()).sliceName(linear.offset());
      case Instruction other -> "a value of " + width(other.width());
    };
  }

  private static String width(int width) {
    return width == Instruction.SCALAR ? "a scalar" : "size " + width;
  }

  private void requireOwn(String what, Value value) {
    if (value.owner() != this) {
      throw problem(what + ": expected a value of this cell, got one of another definition");
    }
  }

  private void requireSize(String what, int size) {
    if (size < 1) {
      throw problem(what + ": expected a size of at least 1, got " + size);
    }
  }

  CellDefinitionException problem(String problem) {
    return new CellDefinitionException(cell, problem);
  }
}
