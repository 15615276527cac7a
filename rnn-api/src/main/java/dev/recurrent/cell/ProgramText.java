package dev.recurrent.cell;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/**
 * The text of a program: a line for each instruction, with its operands by number and its shape,
 * such as {@code %7 = sigmoid(%5) # [B, 5]}. A value with one number a row is {@code [B]}, one that
 * is the same for all rows has no B.
 */
final class ProgramText {
  private static final int SHAPE_COLUMN = 44;

  private final CellProgram cell;
  private final List<Instruction> code;
  private final String prefix;

  private ProgramText(CellProgram cell, List<Instruction> code, String prefix) {
    this.cell = cell;
    this.code = code;
    this.prefix = prefix;
  }

  /** Returns a cell as text: parameters, the step, and what the next states are. */
  static String of(CellProgram cell) {
    var text = new ProgramText(cell, cell.code(), "%");
    return text.head() + text.all() + text.nextStates();
  }

  /** Returns the step of a cell as text, stage by stage. */
  static String stagesOf(CellProgram cell) {
    var text = new ProgramText(cell, cell.code(), "%");
    return text.head() + text.stages() + text.nextStates();
  }

  /** Returns the derivative of a step as text; {@code %} stands for values of the step itself. */
  static String of(Derivative derivative) {
    var text = new ProgramText(derivative.cell(), derivative.code(), "d");
    return text.headOf(derivative) + text.all() + text.gradients(derivative);
  }

  /** Returns the derivative of a step as text, stage by stage. */
  static String stagesOf(Derivative derivative) {
    var text = new ProgramText(derivative.cell(), derivative.code(), "d");
    return text.headOf(derivative) + text.stages() + text.gradients(derivative);
  }

  private String head() {
    var lines = new StringJoiner("\n", "", "\n");
    lines.add(
        "cell %s: input %d, hidden %d, output %d"
            .formatted(
                cell.name(), cell.sizes().input(), cell.sizes().hidden(), cell.outputSize()));
    for (var parameter : cell.parameters()) {
      var shape =
          parameter.isWeight()
              ? "[%d, %d]".formatted(parameter.rows(), parameter.columns())
              : "[%d]".formatted(parameter.rows());
      var slices =
          parameter.slices().stream()
              .map(ParameterSpec.Slice::name)
              .collect(Collectors.joining(", "));
      lines.add("  parameter %s %s of %s".formatted(parameter.name(), shape, slices));
    }
    return lines.toString();
  }

  private String headOf(Derivative derivative) {
    return "backward pass of cell %s; stored by the forward pass: %s%n"
        .formatted(
            cell.name(),
            derivative.saved().isEmpty()
                ? "nothing"
                : derivative.saved().stream().map(i -> "%" + i).collect(Collectors.joining(", ")))
        .replace(System.lineSeparator(), "\n");
  }

  private String all() {
    var lines = new StringBuilder();
    for (int i = 0; i < code.size(); i++) {
      lines.append(line(i));
    }
    return lines.toString();
  }

  private String stages() {
    var schedule = Schedule.of(code);
    var lines = new StringBuilder();
    lines.append("sources\n");
    for (int i = 0; i < code.size(); i++) {
      if (Schedule.isSource(code.get(i))) {
        lines.append(line(i));
      }
    }
    group(lines, "for all steps at once", schedule.hoisted());
    for (int s = 0; s < schedule.stages().size(); s++) {
      var stage = schedule.stages().get(s);
      group(lines, "stage " + (s + 1) + ", products", stage.products());
      group(lines, "stage " + (s + 1) + ", sums of rows", stage.rowSums());
      group(lines, "stage " + (s + 1) + ", element by element", stage.pointwise());
    }
    return lines.toString();
  }

  private void group(StringBuilder lines, String title, List<Integer> values) {
    if (!values.isEmpty()) {
      lines.append(title).append('\n');
      values.forEach(i -> lines.append(line(i)));
    }
  }

  private String nextStates() {
    var lines = new StringBuilder();
    for (int s = 0; s < cell.states().size(); s++) {
      var name = cell.states().get(s).name();
      lines.append("  next %s = %s%n".formatted(name, name(cell.next().get(s))));
    }
    lines.append("  output = next %s%n".formatted(cell.states().get(cell.output()).name()));
    return lines.toString().replace(System.lineSeparator(), "\n");
  }

  private String gradients(Derivative derivative) {
    var lines = new StringJoiner("\n", "", "\n");
    for (int s = 0; s < cell.states().size(); s++) {
      lines.add(
          "  gradient of state %s = %s"
              .formatted(cell.states().get(s).name(), name(derivative.stateGradients().get(s))));
    }
    for (var gradient : derivative.parameterGradients()) {
      var parameter = cell.parameters().get(gradient.parameter());
      var slice = parameter.name() + "." + cell.sliceName(gradient.parameter(), gradient.offset());
      lines.add(
          parameter.isWeight()
              ? "  gradient of %s = sum over steps and rows of %s × %%%d"
                  .formatted(slice, name(gradient.value()), parameter.operand())
              : "  gradient of %s = sum over steps and rows of %s"
                  .formatted(slice, name(gradient.value())));
    }
    if (derivative.inputGradient() >= 0) {
      lines.add("  gradient of the input: W^T d, plus " + name(derivative.inputGradient()));
    } else {
      lines.add("  gradient of the input: W^T d");
    }
    return lines.toString();
  }

  private String line(int value) {
    var text = "  %s = %s".formatted(name(value), expression(code.get(value)));
    return text
        + " ".repeat(Math.max(1, SHAPE_COLUMN - text.length()))
        + "# "
        + shape(value)
        + "\n";
  }

  private String name(int value) {
    return prefix + value;
  }

  private String shape(int value) {
    var instruction = code.get(value);
    boolean shared =
        instruction instanceof Instruction.Vector || instruction instanceof Instruction.Constant;
    if (instruction.width() == Instruction.SCALAR) {
      return shared ? "a number" : "[B]";
    }
    return (shared ? "[%d]" : "[B, %d]").formatted(instruction.width());
  }

  private String expression(Instruction instruction) {
    return switch (instruction) {
      case Instruction.Input _ -> "input";
      case Instruction.State state -> "state " + stateName(state.state());
      case Instruction.NextState state -> "next " + stateName(state.state());
      case Instruction.NextGradient state -> "gradient of next " + stateName(state.state());
      case Instruction.Saved saved -> "%" + saved.value();
      case Instruction.Vector vector -> slice(vector.parameter(), vector.offset());
      case Instruction.Constant constant -> number(constant.value());
      case Instruction.Mask mask ->
          "mask %d, 1 with probability %s, %s"
              .formatted(
                  mask.index(),
                  number(mask.keep()),
                  switch (mask.scope()) {
                    case STEP -> "new at each step";
                    case SEQUENCE -> "one for the sequence";
                  });
      case Instruction.Linear linear ->
          "%s · %s".formatted(slice(linear.parameter(), linear.offset()), name(linear.operand()));
      case Instruction.LinearTransposed linear ->
          "%s^T · %s"
              .formatted(
                  cell.parameters().get(linear.parameter()).name(),
                  linear.operands().stream()
                      .map(this::name)
                      .collect(Collectors.joining(", ", "[", "]")));
      case Instruction.Unary unary ->
          "%s(%s)".formatted(unary.op().name().toLowerCase(Locale.ROOT), name(unary.a()));
      case Instruction.Binary binary -> binary(binary);
      case Instruction.RowSum sum -> "sum of row %s".formatted(name(sum.a()));
      case Instruction.ClipGradient clip ->
          "%s, its gradient cut at ±%s".formatted(name(clip.a()), number(clip.limit()));
      case Instruction.Broadcast broadcast -> "%s in each column".formatted(name(broadcast.a()));
    };
  }

  private String binary(Instruction.Binary binary) {
    var a = name(binary.a());
    var b = name(binary.b());
    return switch (binary.op()) {
      case PLUS -> a + " + " + b;
      case MINUS -> a + " - " + b;
      case TIMES -> a + " * " + b;
      case DIVIDE -> a + " / " + b;
      case MAX -> "max(%s, %s)".formatted(a, b);
      case MIN -> "min(%s, %s)".formatted(a, b);
      case GREATER -> a + " > " + b;
    };
  }

  private String stateName(int state) {
    return cell.states().get(state).name();
  }

  private String slice(int parameter, int offset) {
    return cell.parameters().get(parameter).name() + "." + cell.sliceName(parameter, offset);
  }

  /** Returns a number in as few digits as tell it from all others, 1 rather than 1.0. */
  private static String number(double value) {
    var text = Double.toString(value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
