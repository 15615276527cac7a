package dev.recurrent.cell;

import dev.recurrent.cell.Derivative.ParameterGradient;
import dev.recurrent.cell.Instruction.Binary;
import dev.recurrent.cell.Instruction.Broadcast;
import dev.recurrent.cell.Instruction.ClipGradient;
import dev.recurrent.cell.Instruction.Constant;
import dev.recurrent.cell.Instruction.Linear;
import dev.recurrent.cell.Instruction.LinearTransposed;
import dev.recurrent.cell.Instruction.NextGradient;
import dev.recurrent.cell.Instruction.NextState;
import dev.recurrent.cell.Instruction.RowSum;
import dev.recurrent.cell.Instruction.Saved;
import dev.recurrent.cell.Instruction.Unary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Derives a cell's backward step by reverse-mode differentiation of its program: every instruction
 * hands the gradient of its value on to its operands, from the last instruction to the first.
 */
final class Differentiation implements Expressions {
  private static final int NONE = -1;

  private final CellProgram cell;
  private final CodeBuilder code = new CodeBuilder();

  /** For each forward instruction, the instruction with the gradient of its value, or NONE. */
  private final int[] gradients;

  Differentiation(CellProgram cell) {
    this.cell = cell;
    this.gradients = new int[cell.code().size()];
    Arrays.fill(gradients, NONE);
  }

  /** Returns the derivative; every forward value that it reads is still a saved one. */
  Derivative run() {
    for (int s = 0; s < cell.states().size(); s++) {
      add(cell.next().get(s), code.emit(new NextGradient(s, cell.states().get(s).size())));
    }
    for (int i = cell.code().size() - 1; i >= 0; i--) {
      addTransposedProducts(i);
      if (gradients[i] != NONE) {
        propagate(i, cell.code().get(i), gradients[i]);
      }
    }
    // These may still add code: a gradient that is 0, or one that is the same in all columns.
    var states = stateGradients();
    var parameters = parameterGradients();
    int input = inputGradient();
    return new Derivative(cell, code.code(), List.of(), states, parameters, input);
  }

  /** All products with the value {@code i} come after it, so their gradients are complete here. */
  private void addTransposedProducts(int i) {
    for (int p = 0; p < cell.parameters().size(); p++) {
      var weight = cell.parameters().get(p);
      boolean inLoop = weight.isWeight() && weight.kind() != ParameterSpec.Kind.INPUT_WEIGHT;
      if (inLoop && weight.operand() == i) {
        var products = new ArrayList<Integer>();
        for (var slice : weight.slices()) {
          products.add(gradientOf(linear(p, slice.offset()), slice.rows()));
        }
        add(i, code.emit(new LinearTransposed(p, List.copyOf(products), weight.columns())));
      }
    }
  }

  private void propagate(int i, Instruction instruction, int dy) {
    switch (instruction) {
      case Unary unary ->
          add(unary.a(), unary.op().gradient(this, dy, () -> forward(unary.a()), () -> forward(i)));
      case Binary binary -> propagateBinary(binary, i, spread(binary, dy));
      case RowSum sum -> add(sum.a(), dy);
      case Broadcast broadcast -> add(broadcast.a(), dy);
      case ClipGradient clip -> {
        var atMost = apply(BinaryOp.MIN, dy, constant(clip.limit()));
        add(clip.a(), apply(BinaryOp.MAX, atMost, constant(-clip.limit())));
      }
      default -> {} // sources, and products, whose gradients are taken up in run()
    }
  }

  /**
   * Repeats a gradient that is the same in all columns where an operand is a scalar: that operand's
   * gradient is the sum over all columns.
   */
  private int spread(Binary binary, int dy) {
    boolean hasScalar =
        cell.code().get(binary.a()).width() == Instruction.SCALAR
            || cell.code().get(binary.b()).width() == Instruction.SCALAR;
    return hasScalar && code.get(dy).width() != binary.width()
        ? code.emit(new Broadcast(dy, binary.width()))
        : dy;
  }

  private void propagateBinary(Binary binary, int i, int dy) {
    int a = binary.a();
    int b = binary.b();
    switch (binary.op()) {
      case PLUS -> {
        add(a, dy);
        add(b, dy);
      }
      case MINUS -> {
        add(a, dy);
        add(b, apply(UnaryOp.NEGATE, dy));
      }
      case TIMES -> {
        add(a, times(dy, forward(b)));
        add(b, times(dy, forward(a)));
      }
      case DIVIDE -> {
        int da = apply(BinaryOp.DIVIDE, dy, forward(b));
        add(a, da);
        add(b, apply(UnaryOp.NEGATE, times(da, forward(i))));
      }
      case MAX -> split(a, b, dy, apply(BinaryOp.GREATER, forward(b), forward(a)));
      case MIN -> split(a, b, dy, apply(BinaryOp.GREATER, forward(a), forward(b)));
      case GREATER -> {} // constant almost everywhere
    }
  }

  /** Gives dy to b where {@code toB} is 1, and to a elsewhere. */
  private void split(int a, int b, int dy, int toB) {
    int db = times(dy, toB);
    add(b, db);
    add(a, minus(dy, db));
  }

  private List<Integer> stateGradients() {
    var result = new ArrayList<Integer>();
    for (int s = 0; s < cell.states().size(); s++) {
      int size = cell.states().get(s).size();
      result.add(gradientOf(cell.code().indexOf(new Instruction.State(s, size)), size));
    }
    return result;
  }

  private List<ParameterGradient> parameterGradients() {
    var result = new ArrayList<ParameterGradient>();
    for (int p = 0; p < cell.parameters().size(); p++) {
      var parameter = cell.parameters().get(p);
      for (var slice : parameter.slices()) {
        int source =
            parameter.isWeight()
                ? linear(p, slice.offset())
                : cell.code().indexOf(new Instruction.Vector(p, slice.offset(), slice.rows()));
        result.add(
            new ParameterGradient(
                p, slice.offset(), slice.rows(), gradientOf(source, slice.rows())));
      }
    }
    return result;
  }

  private int inputGradient() {
    int input = cell.code().indexOf(new Instruction.Input(cell.sizes().input()));
    return input == NONE || gradients[input] == NONE
        ? NONE
        : gradientOf(input, cell.sizes().input());
  }

  private int linear(int parameter, int offset) {
    for (int i = 0; i < cell.code().size(); i++) {
      if (cell.code().get(i) instanceof Linear linear
          && linear.parameter() == parameter
          && linear.offset() == offset) {
        return i;
      }
    }
    throw new IllegalStateException("no product uses slice " + offset + " of " + parameter);
  }

  /** Returns the finished gradient of a forward value with its full width; 0 if there is none. */
  private int gradientOf(int value, int width) {
    int gradient = value == NONE || gradients[value] == NONE ? constant(0) : gradients[value];
    return code.get(gradient).width() == width
        ? gradient
        : code.emit(new Broadcast(gradient, width));
  }

  private void add(int value, int gradient) {
    var target = cell.code().get(value);
    if (target instanceof Constant || target instanceof Instruction.Mask) {
      return;
    }
    boolean reduce =
        target.width() == Instruction.SCALAR && code.get(gradient).width() != Instruction.SCALAR;
    int contribution = reduce ? code.emit(new RowSum(gradient)) : gradient;
    gradients[value] =
        gradients[value] == NONE
            ? contribution
            : apply(BinaryOp.PLUS, gradients[value], contribution);
  }

  /** Reads a value of the forward pass. */
  private int forward(int value) {
    int state = cell.next().indexOf(value);
    var instruction = cell.code().get(value);
    return switch (instruction) {
      case Instruction.Input input -> code.emit(input);
      case Instruction.State before -> code.emit(before);
      case Instruction.Vector vector -> code.emit(vector);
      case Constant constant -> code.emit(constant);
      default ->
          code.emit(
              state >= 0
                  ? new NextState(state, instruction.width())
                  : new Saved(value, instruction.width()));
    };
  }

  @Override
  public int constant(double value) {
    return code.emit(new Constant(value));
  }

  private int times(int a, int b) {
    return apply(BinaryOp.TIMES, a, b);
  }

  private int minus(int a, int b) {
    return apply(BinaryOp.MINUS, a, b);
  }

  @Override
  public int apply(UnaryOp op, int a) {
    return code.emit(new Unary(op, a, code.get(a).width()));
  }

  @Override
  public int apply(BinaryOp op, int a, int b) {
    return code.emit(new Binary(op, a, b, Math.max(code.get(a).width(), code.get(b).width())));
  }
}
