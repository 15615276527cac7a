package dev.recurrent.cpu;

import dev.recurrent.spi.RecurrentKernel.Trace;
import dev.recurrent.spi.StoragePool;

/** Holds the states of all steps and the values that the backward pass reads. */
final class CpuTrace implements Trace {
  private final StoragePool.Loan loan;
  private float[][] histories; // by state
  private float[][] values; // in the order of the plan's stored values

  CpuTrace(StoragePool.Loan loan, float[][] histories, float[][] values) {
    this.loan = loan;
    this.histories = histories;
    this.values = values;
  }

  float[][] histories() {
    return histories;
  }

  float[][] values() {
    return values;
  }

  @Override
  public void close() {
    loan.close();
    histories = new float[0][];
    values = new float[0][];
  }
}
