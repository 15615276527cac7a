package dev.recurrent.spi;

import static dev.recurrent.spi.ElementwiseOps.repeat;
import static dev.recurrent.spi.ElementwiseOps.sameShape;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.Instruction.Binary;
import dev.recurrent.cell.Instruction.Linear;
import dev.recurrent.cell.Instruction.LinearTransposed;
import dev.recurrent.cell.ParameterSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs the instructions of one step, of a cell or of its derivative, for all n rows at once with
 * the primitives of a backend: one instruction after the other, each into a matrix of its own.
 *
 * <p>A value is {@code [n, width]}, or {@code [n, 1]} for a scalar; a vector stays {@code [1,
 * width]} and a constant {@code [1, 1]}, which the primitives repeat.
 */
final class StepProgram implements AutoCloseable {

  /** What a step reads from outside; every matrix has the n rows of the step. */
  interface Step {
    /** Returns the value of an input, a state, a saved value or the gradient of a state. */
    Matrix read(Instruction source);

    /** Writes a mask. */
    void draw(Instruction.Mask mask, Matrix out);

    /** Returns the product with an input weight, {@code [n, rows of the weight]}. */
    Matrix inputProduct(int parameter);

    /**
     * Returns where the gradients of the products with a weight are to be written, {@code [n,
     * rows]}.
     */
    Matrix productGradients(int parameter);

    /** Returns where a value is to be written, or null where the caller does not care. */
    @Nullable Matrix destination(int id);
  }

  private final Memory memory;
  private final TensorOps ops;
  private final List<Instruction> code;
  private final List<ParameterSpec> specs;

  /** The constants, {@code [1]} each. */
  private final Map<Integer, Matrix> constants = new HashMap<>();

  /** The columns of scratch memory before those of each instruction. */
  private final int[] valueColumns;

  /** The columns of scratch memory before those of the product with each parameter. */
  private final int[] productColumns;

  private final int scratchColumns;

  private final Matrix[] values;
  private final Map<Integer, Matrix> products = new HashMap<>();

  /** For each instruction room for {@code [capacity, columns]}, then the products. */
  private @Nullable Storage scratch;

  private int capacity;

  StepProgram(Backend backend, List<Instruction> code, List<ParameterSpec> specs) {
    this.memory = backend.memory();
    this.ops = backend.ops();
    this.code = code;
    this.specs = specs;
    this.values = new Matrix[code.size()];
    this.valueColumns = new int[code.size()];
    this.productColumns = new int[specs.size()];
    int columns = 0;
    for (int p = 0; p < specs.size(); p++) {
      productColumns[p] = columns;
      columns += specs.get(p).rows();
    }
    for (int i = 0; i < code.size(); i++) {
      valueColumns[i] = columns;
      columns += columns(code.get(i));
      if (code.get(i) instanceof Instruction.Constant constant) {
        var matrix = Matrix.of(memory.allocate(DataType.FLOAT32, 1), 1, 1);
        ops.fill(matrix, (float) constant.value());
        constants.put(i, matrix);
      }
    }
    this.scratchColumns = columns;
  }

  /** Makes room for steps of up to {@code rows} rows. */
  void reserve(int rows) {
    if (rows <= capacity && scratch != null) {
      return;
    }
    if (scratch != null) {
      scratch.close();
    }
    scratch = memory.allocate(DataType.FLOAT32, Math.multiplyExact(rows, scratchColumns));
    capacity = rows;
  }

  /** Runs one step of {@code rows} rows, for which room was reserved. */
  void run(int rows, List<Matrix> parameters, Step step) {
    products.clear();
    for (int i = 0; i < values.length; i++) {
      values[i] = evaluate(i, rows, parameters, step);
      var destination = step.destination(i);
      if (destination != null && !values[i].equals(destination)) {
        repeat(ops, values[i], destination);
      }
    }
  }

  /** Writes the value of an instruction of the last run to a matrix {@code [n, width]}. */
  void copyValue(int id, Matrix out) {
    repeat(ops, values[id], out);
  }

  /** Returns the value of an instruction of the last run with all its rows. */
  Matrix value(int id, int rows) {
    return whole(id, rows);
  }

  private Matrix evaluate(int i, int rows, List<Matrix> parameters, Step step) {
    var instruction = code.get(i);
    return switch (instruction) {
      case Instruction.Constant _ -> Objects.requireNonNull(constants.get(i));
      case Instruction.Vector v -> parameters.get(v.parameter()).rows(v.offset(), v.width()).flat();
      case Linear linear ->
          product(linear.parameter(), linear.operand(), rows, parameters, step)
              .columns(linear.offset(), linear.width());
      case LinearTransposed linear -> transposedProduct(i, linear, rows, parameters, step);
      case Instruction.Unary unary -> {
        var out = target(i, rows, step);
        ops.unary(unary.op(), whole(unary.a(), rows), out);
        yield out;
      }
      case Binary binary -> binary(i, binary, rows, step);
      case Instruction.RowSum sum -> {
        var out = target(i, rows, step);
        ops.sumColumns(whole(sum.a(), rows), out);
        yield out;
      }
      case Instruction.ClipGradient clip -> values[clip.a()];
      case Instruction.Broadcast broadcast -> {
        var out = target(i, rows, step);
        repeat(ops, values[broadcast.a()], out);
        yield out;
      }
      case Instruction.Mask mask -> {
        var out = target(i, rows, step);
        step.draw(mask, out);
        yield out;
      }
      case Instruction.Input _, Instruction.State _, Instruction.NextState _ ->
          step.read(instruction);
      case Instruction.Saved _, Instruction.NextGradient _ -> step.read(instruction);
    };
  }

  private Matrix binary(int i, Binary binary, int rows, Step step) {
    var out = target(i, rows, step);
    var a = values[binary.a()];
    var b = values[binary.b()];
    if (!sameShape(a, out) && sameShape(b, out) && commutes(binary.op())) {
      ops.binary(binary.op(), b, a, out);
    } else {
      ElementwiseOps.binary(ops, binary.op(), a, b, out);
    }
    return out;
  }

  private static boolean commutes(BinaryOp op) {
    return op == BinaryOp.PLUS || op == BinaryOp.TIMES;
  }

  /** Computes the product with all rows of a weight when the first of its slices is asked for. */
  private Matrix product(int parameter, int operand, int rows, List<Matrix> parameters, Step step) {
    var known = products.get(parameter);
    if (known != null) {
      return known;
    }
    var spec = specs.get(parameter);
    Matrix result;
    if (spec.kind() == ParameterSpec.Kind.INPUT_WEIGHT) {
      result = step.inputProduct(parameter);
    } else {
      result = room(productColumns[parameter], rows, spec.rows());
      ops.multiply(whole(operand, rows), parameters.get(parameter).transposed(), result, 0);
    }
    products.put(parameter, result);
    return result;
  }

  private Matrix transposedProduct(
      int i, LinearTransposed linear, int rows, List<Matrix> parameters, Step step) {
    var gradients = step.productGradients(linear.parameter());
    int column = 0;
    for (int operand : linear.operands()) {
      int width = code.get(operand).width();
      repeat(ops, values[operand], gradients.columns(column, width));
      column += width;
    }
    var out = target(i, rows, step);
    ops.multiply(gradients, parameters.get(linear.parameter()), out, 0);
    return out;
  }

  /** Returns a value with all its rows: one that comes from a vector or a constant is repeated. */
  private Matrix whole(int id, int rows) {
    var value = values[id];
    if (value.rows() == rows) {
      return value;
    }
    var out = room(valueColumns[id], rows, columns(code.get(id)));
    repeat(ops, value, out);
    return out;
  }

  private Matrix target(int i, int rows, Step step) {
    var destination = step.destination(i);
    return destination != null ? destination : room(valueColumns[i], rows, columns(code.get(i)));
  }

  private Matrix room(int columnsBefore, int rows, int columns) {
    var storage = Objects.requireNonNull(scratch, "run before reserve");
    return new Matrix(
        storage, capacity * columnsBefore, rows, columns, columns, Matrix.Order.NORMAL);
  }

  private static int columns(Instruction instruction) {
    return Math.max(1, instruction.width());
  }

  @Override
  public void close() {
    if (scratch != null) {
      scratch.close();
      scratch = null;
    }
    constants.values().forEach(matrix -> matrix.storage().close());
  }
}
