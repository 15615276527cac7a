package dev.recurrent.contract;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.CellBuilder;
import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Functions;
import dev.recurrent.cell.Initializer;
import dev.recurrent.cell.MaskScope;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.cell.Value;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A cell written down as data: what {@link RandomCells} makes up, {@link CellShrinker} makes
 * smaller, and a resource holds with the values that PyTorch computed.
 *
 * @param states by state, its width and the line that is its next value
 * @param lines the equations, each of which reads earlier lines
 * @param output the state that is the output
 * @param zoneout the rate for all states, or 0
 * @param recurrentDropout the rate, or 0
 */
public record RandomCell(
    String name,
    List<StateLine> states,
    List<Line> lines,
    int output,
    double zoneout,
    double recurrentDropout) {

  /** A width that follows the sizes for which a cell is compiled. */
  public enum Width {
    SCALAR,
    ONE,
    HALF,
    HIDDEN,
    ONE_MORE,
    INPUT;

    int of(int input, int hidden) {
      return switch (this) {
        case SCALAR -> 0;
        case ONE -> 1;
        case HALF -> Math.max(1, hidden / 2);
        case HIDDEN -> hidden;
        case ONE_MORE -> hidden + 1;
        case INPUT -> input;
      };
    }
  }

  /** What a line computes; those of the names of operations are these operations. */
  public enum Kind {
    INPUT,
    /** {@code number} is the index of the state. */
    STATE,
    VECTOR,
    CONSTANT,
    /** A keep-mask of scope STEP; {@code number} is the rate. */
    STEP_MASK,
    /** A keep-mask of scope SEQUENCE. */
    SEQUENCE_MASK,
    LINEAR,
    PRODUCT,
    SIGMOID,
    TANH,
    RELU,
    EXP,
    LOG,
    SQRT,
    NEGATE,
    RECIPROCAL,
    SOFTPLUS,
    PLUS,
    MINUS,
    TIMES,
    DIVIDE,
    MAX,
    MIN,
    MEAN,
    LAYER_NORM,
    /** {@code number} is the limit. */
    CLIP
  }

  /** A state and the line with its next value. */
  public record StateLine(Width width, int next) {}

  /** One equation. */
  public record Line(Kind kind, Width width, double number, List<Integer> operands) {
    public Line {
      operands = List.copyOf(operands);
    }

    static Line of(Kind kind, Width width, Integer... operands) {
      return new Line(kind, width, 0, List.of(operands));
    }
  }

  public RandomCell {
    states = List.copyOf(states);
    lines = List.copyOf(lines);
  }

  /** Returns the definition. */
  public CellDefinition definition() {
    var definition = CellDefinition.named(name, this::define);
    if (zoneout > 0) {
      definition = definition.withZoneout(zoneout);
    }
    return recurrentDropout > 0 ? definition.withRecurrentDropout(recurrentDropout) : definition;
  }

  /** Returns the same with gradients that are never cut, as differences of losses are. */
  public RandomCell withoutClipping() {
    var wide =
        lines.stream()
            .map(
                line ->
                    line.kind() == Kind.CLIP
                        ? new Line(Kind.CLIP, line.width(), 1e6, line.operands())
                        : line)
            .toList();
    return new RandomCell(name, states, wide, output, zoneout, recurrentDropout);
  }

  /** Returns the same without the lines that no state depends on. */
  public RandomCell pruned() {
    var used = live();
    var moved = new int[lines.size()];
    var kept = new ArrayList<Line>();
    for (int i = 0; i < moved.length; i++) {
      if (used.get(i)) {
        moved[i] = kept.size();
        var line = lines.get(i);
        var operands = line.operands().stream().map(k -> moved[k]).toList();
        kept.add(new Line(line.kind(), line.width(), line.number(), operands));
      }
    }
    var next = states.stream().map(s -> new StateLine(s.width(), moved[s.next()])).toList();
    return new RandomCell(name, next, kept, output, zoneout, recurrentDropout);
  }

  /** Returns the lines that a state depends on. */
  BitSet live() {
    var used = new BitSet();
    states.forEach(state -> used.set(state.next()));
    for (int i = lines.size() - 1; i >= 0; i--) {
      if (used.get(i)) {
        lines.get(i).operands().forEach(used::set);
      }
    }
    return used;
  }

  private void define(CellBuilder c) {
    for (int s = 0; s < states.size(); s++) {
      c.state("s" + s, width(c, states.get(s).width()));
    }
    var used = live();
    var values = new Value[lines.size()];
    for (int i = 0; i < values.length; i++) {
      if (used.get(i)) {
        var line = lines.get(i);
        var operands = line.operands().stream().map(k -> values[k]).toArray(Value[]::new);
        values[i] = value(c, i, line, operands);
      }
    }
    for (int s = 0; s < states.size(); s++) {
      c.next("s" + s, values[states.get(s).next()]);
    }
    c.output("s" + output);
  }

  private static int width(CellBuilder c, Width width) {
    return width.of(c.inputSize(), c.hiddenSize());
  }

  private static Value value(CellBuilder c, int i, Line line, Value[] v) {
    int width = width(c, line.width());
    return switch (line.kind()) {
      case INPUT -> c.input();
      case STATE -> c.state("s" + (int) line.number(), width);
      case VECTOR -> c.vector("v" + i, width, Initializer.uniform(1));
      case CONSTANT -> c.constant(line.number());
      case STEP_MASK -> c.keepMask(line.number(), width, MaskScope.STEP);
      case SEQUENCE_MASK -> c.keepMask(line.number(), width, MaskScope.SEQUENCE);
      case LINEAR -> c.linear("n" + i, width, v);
      case PRODUCT -> c.product("n" + i, width, v);
      case SIGMOID, TANH, RELU, EXP, LOG, SQRT, NEGATE, RECIPROCAL, SOFTPLUS ->
          apply(UnaryOp.valueOf(line.kind().name()), v[0]);
      case PLUS -> v[0].plus(v[1]);
      case MINUS -> v[0].minus(v[1]);
      case TIMES -> v[0].times(v[1]);
      case DIVIDE -> v[0].dividedBy(v[1]);
      case MAX -> Functions.max(v[0], v[1]);
      case MIN -> Functions.min(v[0], v[1]);
      case MEAN -> Functions.mean(v[0]);
      case LAYER_NORM -> Functions.layerNorm(v[0]);
      case CLIP -> c.clipGradient(v[0], line.number());
    };
  }

  /** Applies an operation by its function. */
  static Value apply(UnaryOp op, Value a) {
    return switch (op) {
      case SIGMOID -> Functions.sigmoid(a);
      case TANH -> Functions.tanh(a);
      case RELU -> Functions.relu(a);
      case EXP -> Functions.exp(a);
      case LOG -> Functions.log(a);
      case SQRT -> Functions.sqrt(a);
      case NEGATE -> a.negate();
      case RECIPROCAL -> Functions.reciprocal(a);
      case SOFTPLUS -> Functions.softplus(a);
    };
  }

  /** Returns the cell as one would write it, for one pair of sizes. */
  public String source(CellSizes sizes) {
    var text = new StringBuilder("CellDefinition.named(\"%s\", c -> {\n".formatted(name));
    for (int s = 0; s < states.size(); s++) {
      int width = states.get(s).width().of(sizes.input(), sizes.hidden());
      text.append("  var s%d = c.state(\"s%d\", %d);\n".formatted(s, s, width));
    }
    var used = live();
    for (int i = 0; i < lines.size(); i++) {
      boolean named = lines.get(i).kind() != Kind.STATE && lines.get(i).kind() != Kind.CONSTANT;
      if (used.get(i) && named) {
        text.append("  var v%d = %s;\n".formatted(i, source(i, sizes)));
      }
    }
    for (int s = 0; s < states.size(); s++) {
      text.append("  c.next(\"s%d\", %s);\n".formatted(s, operand(states.get(s).next())));
    }
    text.append("  c.output(\"s%d\");\n})".formatted(output));
    if (zoneout > 0) {
      text.append(".withZoneout(%s)".formatted(zoneout));
    }
    if (recurrentDropout > 0) {
      text.append(".withRecurrentDropout(%s)".formatted(recurrentDropout));
    }
    return text
        + ".program(new CellSizes(%d, %d, Bias.%s))"
            .formatted(sizes.input(), sizes.hidden(), sizes.bias());
  }

  private String source(int i, CellSizes sizes) {
    var line = lines.get(i);
    int width = line.width().of(sizes.input(), sizes.hidden());
    var all = line.operands().stream().map(this::operand).toList();
    var joined = String.join(", ", all);
    return switch (line.kind()) {
      case INPUT -> "c.input()";
      case STATE, CONSTANT -> throw new IllegalStateException("written where it is read");
      case VECTOR -> "c.vector(\"v%d\", %d, Initializer.uniform(1))".formatted(i, width);
      case STEP_MASK, SEQUENCE_MASK ->
          "c.keepMask(%s, %d, MaskScope.%s)"
              .formatted(line.number(), width, line.kind() == Kind.STEP_MASK ? "STEP" : "SEQUENCE");
      case LINEAR, PRODUCT ->
          "c.%s(\"n%d\", %d, %s)".formatted(lower(line.kind()), i, width, joined);
      case SIGMOID, TANH, RELU, EXP, LOG, SQRT, RECIPROCAL, SOFTPLUS, MAX, MIN, MEAN ->
          "%s(%s)".formatted(lower(line.kind()), joined);
      case LAYER_NORM -> "layerNorm(%s)".formatted(joined);
      case NEGATE -> all.getFirst() + ".negate()";
      case PLUS, MINUS, TIMES -> "%s.%s(%s)".formatted(all.get(0), lower(line.kind()), all.get(1));
      case DIVIDE -> "%s.dividedBy(%s)".formatted(all.get(0), all.get(1));
      case CLIP -> "c.clipGradient(%s, %s)".formatted(joined, line.number());
    };
  }

  private String operand(int i) {
    return switch (lines.get(i).kind()) {
      case STATE -> "s" + (int) lines.get(i).number();
      case CONSTANT -> "c.constant(%s)".formatted(lines.get(i).number());
      default -> "v" + i;
    };
  }

  private static String lower(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  /** Returns the cell as lines of a resource, which {@link #parse} reads. */
  public String text() {
    var text = new StringBuilder("cell %s\n".formatted(name));
    for (var line : lines) {
      text.append(
          "%s %s %s %s\n"
              .formatted(
                  line.kind(),
                  line.width(),
                  line.number(),
                  line.operands().stream().map(String::valueOf).collect(Collectors.joining(" ")))
              .strip()
              .concat("\n"));
    }
    for (var state : states) {
      text.append("next %s %d\n".formatted(state.width(), state.next()));
    }
    return text.append("output %d %s %s\n".formatted(output, zoneout, recurrentDropout)).toString();
  }

  /** Reads what {@link #text()} wrote. */
  static RandomCell parse(List<String> text) {
    var name = "";
    var lines = new ArrayList<Line>();
    var states = new ArrayList<StateLine>();
    for (var row : text) {
      var fields = row.split(" ");
      switch (fields[0]) {
        case "cell" -> name = fields[1];
        case "next" ->
            states.add(new StateLine(Width.valueOf(fields[1]), Integer.parseInt(fields[2])));
        case "output" -> {
          return new RandomCell(
              name,
              states,
              lines,
              Integer.parseInt(fields[1]),
              Double.parseDouble(fields[2]),
              Double.parseDouble(fields[3]));
        }
        default -> {
          var operands = new ArrayList<Integer>();
          for (int k = 3; k < fields.length; k++) {
            operands.add(Integer.parseInt(fields[k]));
          }
          lines.add(
              new Line(
                  Kind.valueOf(fields[0]),
                  Width.valueOf(fields[1]),
                  Double.parseDouble(fields[2]),
                  operands));
        }
      }
    }
    throw new IllegalArgumentException("cell " + name + ": expected a line \"output\", got none");
  }

  /** Returns the kind that applies a function of one argument. */
  static Kind of(UnaryOp op) {
    return Kind.valueOf(op.name());
  }

  /** Returns the kind that applies a function of two arguments. */
  static Kind of(BinaryOp op) {
    return Kind.valueOf(op.name());
  }
}
