package dev.recurrent.spi;

import java.util.HashMap;
import java.util.Map;

/** Keeps matrices {@code [N, width]} of one forward pass, N being all packed rows. */
final class ComposedTrace implements RecurrentKernel.Trace {
  /** The states before each step, by state. */
  final Map<Integer, Matrix> statesBefore = new HashMap<>();

  /** The states after each step, by state. */
  final Map<Integer, Matrix> statesAfter = new HashMap<>();

  /** Values of the forward program, by instruction. */
  final Map<Integer, Matrix> values = new HashMap<>();

  private final StoragePool.Loan loan;
  private boolean closed;

  ComposedTrace(StoragePool pool) {
    this.loan = pool.loan();
  }

  Matrix take(int rows, int columns) {
    return loan.take(rows, columns);
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
    loan.close();
  }
}
