package dev.recurrent.reference;

import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.Instruction.Binary;
import dev.recurrent.cell.Instruction.Linear;
import dev.recurrent.cell.Instruction.LinearTransposed;
import dev.recurrent.cell.Instruction.Unary;
import dev.recurrent.cell.ParameterSpec;
import java.util.Arrays;
import java.util.List;

/**
 * Computes the instructions of a program, forward or derivative, for one sequence and one step: the
 * definition of what each of them means. A value is an array of its width, or of one element for a
 * scalar.
 */
final class ReferenceInterpreter {

  /** Supplies the instructions that read something from outside the step. */
  @FunctionalInterface
  interface Sources {
    /** Returns the value of an instruction without operands other than a constant or a vector. */
    double[] read(Instruction source);
  }

  private final List<Instruction> code;
  private final List<ParameterSpec> specs;

  ReferenceInterpreter(List<Instruction> code, List<ParameterSpec> specs) {
    this.code = code;
    this.specs = specs;
  }

  /**
   * Runs the program.
   *
   * @param parameters {@code [rows, columns]} each
   * @return the value of each instruction
   */
  double[][] run(List<double[]> parameters, Sources sources) {
    var values = new double[code.size()][];
    for (int i = 0; i < values.length; i++) {
      values[i] = evaluate(code.get(i), values, parameters, sources);
    }
    return values;
  }

  private double[] evaluate(
      Instruction instruction, double[][] values, List<double[]> parameters, Sources sources) {
    return switch (instruction) {
      case Instruction.Constant constant -> new double[] {constant.value()};
      case Instruction.Vector v ->
          Arrays.copyOfRange(parameters.get(v.parameter()), v.offset(), v.offset() + v.width());
      case Linear linear ->
          product(linear, parameters.get(linear.parameter()), values[linear.operand()]);
      case LinearTransposed linear ->
          transposedProduct(linear, parameters.get(linear.parameter()), values);
      case Unary unary -> Arrays.stream(values[unary.a()]).map(unary.op()::apply).toArray();
      case Binary binary -> binary(binary, values[binary.a()], values[binary.b()]);
      case Instruction.RowSum sum -> new double[] {Arrays.stream(values[sum.a()]).sum()};
      case Instruction.ClipGradient clip -> values[clip.a()];
      case Instruction.Broadcast broadcast -> {
        var result = new double[broadcast.width()];
        Arrays.fill(result, values[broadcast.a()][0]);
        yield result;
      }
      case Instruction.Input _, Instruction.State _, Instruction.Mask _ ->
          sources.read(instruction);
      case Instruction.NextState _, Instruction.Saved _, Instruction.NextGradient _ ->
          sources.read(instruction);
    };
  }

  /** Computes W v for the rows of one slice. */
  private double[] product(Linear linear, double[] weight, double[] v) {
    int columns = specs.get(linear.parameter()).columns();
    var result = new double[linear.width()];
    for (int r = 0; r < result.length; r++) {
      for (int c = 0; c < columns; c++) {
        result[r] += weight[(linear.offset() + r) * columns + c] * v[c];
      }
    }
    return result;
  }

  /** Computes Wᵀ d, where d is the operands one after the other. */
  private double[] transposedProduct(LinearTransposed linear, double[] weight, double[][] values) {
    int columns = specs.get(linear.parameter()).columns();
    var result = new double[linear.width()];
    int row = 0;
    for (int operand : linear.operands()) {
      for (double d : values[operand]) {
        for (int c = 0; c < columns; c++) {
          result[c] += weight[row * columns + c] * d;
        }
        row++;
      }
    }
    return result;
  }

  private static double[] binary(Binary binary, double[] a, double[] b) {
    var result = new double[Math.max(1, binary.width())];
    for (int k = 0; k < result.length; k++) {
      result[k] = binary.op().apply(a[a.length == 1 ? 0 : k], b[b.length == 1 ? 0 : k]);
    }
    return result;
  }
}
