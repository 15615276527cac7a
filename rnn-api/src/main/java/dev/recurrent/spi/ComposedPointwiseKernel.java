package dev.recurrent.spi;

import dev.recurrent.spi.PointwiseProgram.Step;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Runs an elementwise program with the primitives of a backend: one step after the other, each into
 * a matrix of its own, whose memory is used again once nothing reads it any more. Scratch memory is
 * kept for the next call and given back by {@link #close()}. Thread-safe: calls take turns.
 */
public final class ComposedPointwiseKernel implements PointwiseKernel {
  private final TensorOps ops;
  private final PointwiseProgram program;
  private final StoragePool pool;

  /** One number for each step; those of constants and scalars are used. */
  private final Storage numbers;

  /** For each step, the last one that reads it; an output is read after the end. */
  private final int[] lastReads;

  /** Prepares the kernel; the backend must outlive it. */
  public ComposedPointwiseKernel(Backend backend, PointwiseProgram program) {
    this.ops = backend.ops();
    this.program = program;
    this.pool = new StoragePool(backend.memory());
    this.numbers = backend.memory().allocate(DataType.FLOAT32, program.code().size());
    this.lastReads = lastReads(program);
    for (int i = 0; i < program.code().size(); i++) {
      if (program.code().get(i) instanceof Step.Constant constant) {
        ops.fill(number(i), (float) constant.value());
      }
    }
  }

  @Override
  public synchronized void run(List<Matrix> inputs, float[] scalars, List<Matrix> outputs) {
    if (outputs.isEmpty()) {
      return;
    }
    try (var scratch = pool.loan()) {
      var run = new Run(inputs, outputs.getFirst(), scratch);
      for (int i = 0; i < program.code().size(); i++) {
        if (program.code().get(i) instanceof Step.Scalar scalar) {
          ops.fill(number(i), scalars[scalar.index()]);
        }
        run.evaluate(i);
      }
      for (int k = 0; k < outputs.size(); k++) {
        ElementwiseOps.repeat(ops, run.values[program.outputs().get(k)], outputs.get(k));
      }
    }
  }

  @Override
  public synchronized void close() {
    numbers.close();
    pool.close();
  }

  private Matrix number(int step) {
    return new Matrix(numbers, step, 1, 1, 1, Matrix.Order.NORMAL);
  }

  private static int[] lastReads(PointwiseProgram program) {
    int steps = program.code().size();
    var result = new int[steps];
    for (int i = 0; i < steps; i++) {
      switch (program.code().get(i)) {
        case Step.Unary unary -> result[unary.a()] = i;
        case Step.Binary binary -> {
          result[binary.a()] = i;
          result[binary.b()] = i;
        }
        case Step.Input _, Step.Scalar _, Step.Constant _ -> {}
      }
    }
    program.outputs().forEach(output -> result[output] = steps);
    return result;
  }

  /** One call. */
  private final class Run {
    private final List<Matrix> inputs;
    private final Matrix shape;
    private final StoragePool.Loan scratch;
    private final Deque<Matrix> free = new ArrayDeque<>();
    private final Matrix[] values = new Matrix[program.code().size()];

    Run(List<Matrix> inputs, Matrix shape, StoragePool.Loan scratch) {
      this.inputs = inputs;
      this.shape = shape;
      this.scratch = scratch;
    }

    void evaluate(int i) {
      switch (program.code().get(i)) {
        case Step.Input input -> {
          values[i] = inputs.get(input.index());
          if (program.outputs().contains(i)) {
            // The matrix may be an output as well, and be written before it is read.
            values[i] = take();
            ops.copy(inputs.get(input.index()), values[i]);
          }
        }
        case Step.Scalar _, Step.Constant _ -> values[i] = number(i);
        case Step.Unary unary -> {
          values[i] = take();
          var a = values[unary.a()];
          if (!ElementwiseOps.sameShape(a, values[i])) {
            ElementwiseOps.repeat(ops, a, values[i]);
            a = values[i];
          }
          ops.unary(unary.op(), a, values[i]);
          release(unary.a(), i);
        }
        case Step.Binary binary -> {
          values[i] = take();
          var a = values[binary.a()];
          ElementwiseOps.binary(ops, binary.op(), a, values[binary.b()], values[i]);
          release(binary.a(), i);
          release(binary.b(), i);
        }
      }
    }

    private Matrix take() {
      return free.isEmpty() ? scratch.take(shape.rows(), shape.columns()) : free.pop();
    }

    /** Gives the memory of a step back if step {@code i} was the last to read it. */
    private void release(int step, int i) {
      boolean owned =
          program.code().get(step) instanceof Step.Unary
              || program.code().get(step) instanceof Step.Binary;
      if (owned && lastReads[step] == i && !free.contains(values[step])) {
        free.push(values[step]);
      }
    }
  }
}
