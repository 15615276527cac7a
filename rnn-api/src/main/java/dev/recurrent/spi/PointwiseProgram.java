package dev.recurrent.spi;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.Expressions;
import dev.recurrent.cell.UnaryOp;
import java.util.ArrayList;
import java.util.List;

/**
 * Describes an elementwise computation on tensors of one size: an optimizer's update, an
 * activation, a loss. Built by {@link Builder}; compiled by {@link
 * Backend#compile(PointwiseProgram)}.
 *
 * @param name for error messages and profiles
 * @param inputs the number of tensors read
 * @param scalars the number of numbers given at each call
 * @param code the instructions; an operand is the index of an earlier one
 * @param outputs the instructions whose values are written, one tensor each
 */
public record PointwiseProgram(
    String name, int inputs, int scalars, List<Step> code, List<Integer> outputs) {

  /** One instruction. */
  public sealed interface Step {
    /** Reads an element of input tensor {@code index}. */
    record Input(int index) implements Step {}

    /** Reads a number given at the call. */
    record Scalar(int index) implements Step {}

    /** Is a number known when the program is compiled. */
    record Constant(double value) implements Step {}

    /** Applies a function of one argument. */
    record Unary(UnaryOp op, int a) implements Step {}

    /** Applies a function of two arguments. */
    record Binary(BinaryOp op, int a, int b) implements Step {}
  }

  public PointwiseProgram {
    code = List.copyOf(code);
    outputs = List.copyOf(outputs);
  }

  /** Collects the steps of a program. Indices returned here are operands for later steps. */
  public static final class Builder implements Expressions {
    private final String name;
    private final List<Step> code = new ArrayList<>();
    private final List<Integer> outputs = new ArrayList<>();
    private int inputs;
    private int scalars;

    /** Starts a program. */
    public Builder(String name) {
      this.name = name;
    }

    /** Adds the next input tensor. */
    public int input() {
      return emit(new Step.Input(inputs++));
    }

    /** Adds the next number given at the call. */
    public int scalar() {
      return emit(new Step.Scalar(scalars++));
    }

    /** Returns a constant. */
    @Override
    public int constant(double value) {
      return emit(new Step.Constant(value));
    }

    /** Applies a function of one argument. */
    @Override
    public int apply(UnaryOp op, int a) {
      return emit(new Step.Unary(op, a));
    }

    /** Applies a function of two arguments. */
    @Override
    public int apply(BinaryOp op, int a, int b) {
      return emit(new Step.Binary(op, a, b));
    }

    /** Adds the next output tensor. */
    public Builder output(int value) {
      outputs.add(value);
      return this;
    }

    /** Returns the program. */
    public PointwiseProgram build() {
      return new PointwiseProgram(name, inputs, scalars, code, outputs);
    }

    private int emit(Step step) {
      int existing = code.indexOf(step);
      if (existing >= 0) {
        return existing;
      }
      code.add(step);
      return code.size() - 1;
    }
  }
}
