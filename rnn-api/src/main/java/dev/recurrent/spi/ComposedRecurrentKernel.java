package dev.recurrent.spi;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.Derivative;

/**
 * Runs a cell with nothing but the primitives of a backend, so that a backend that has those is
 * complete, and a fused kernel has a second oracle. The products with the input are one product
 * over all steps, and so are the gradients of the weights; within the time loop every other
 * instruction is one primitive on the rows that are running.
 *
 * <p>Backward needs the states before each step, the values that the {@link Derivative} asks for,
 * and the operands of weights; the trace holds them for all packed rows, so that each is one matrix
 * whatever the lengths and the direction. Vectors among the parameters must have no gaps: stride 1.
 * Scratch memory is kept for the next call and given back by {@link #close()}. Thread-safe: calls
 * take turns.
 */
public final class ComposedRecurrentKernel implements RecurrentKernel {
  private final StoragePool pool;
  private final ComposedForward forward;
  private final ComposedBackward backward;

  /** Prepares the kernel; the backend must outlive it. */
  public ComposedRecurrentKernel(Backend backend, CellProgram program) {
    var derivative = program.derivative();
    this.pool = new StoragePool(backend.memory());
    this.forward = new ComposedForward(backend, derivative, pool);
    this.backward = new ComposedBackward(backend, derivative, pool);
  }

  @Override
  public synchronized Trace forward(ForwardCall call) {
    return forward.run(call);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the trace is not one of this kernel's, is closed, or is
   *     that of a forward pass for inference
   */
  @Override
  public synchronized void backward(Trace trace, BackwardCall call) {
    if (!(trace instanceof ComposedTrace own) || own.isClosed()) {
      throw new IllegalArgumentException("trace: expected an open one of this kernel");
    }
    if (call.forward().mode() == Mode.INFERENCE) {
      throw new IllegalArgumentException("trace: expected TRAINING or EVALUATION, got INFERENCE");
    }
    backward.run(own, call);
  }

  @Override
  public synchronized void trim() {
    pool.trim();
  }

  @Override
  public synchronized void close() {
    forward.close();
    backward.close();
    pool.close();
  }
}
