package dev.recurrent.cpu;

import dev.recurrent.spi.RecurrentKernel.Trace;

/** Holds the states of all steps and the values that the backward pass reads. */
final class CpuTrace implements Trace {
  private final ArrayPool pool;
  private float[][] histories; // by state
  private float[][] values; // in the order of the plan's stored values

  CpuTrace(ArrayPool pool, float[][] histories, float[][] values) {
    this.pool = pool;
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
    for (var array : histories) {
      pool.give(array);
    }
    for (var array : values) {
      pool.give(array);
    }
    histories = new float[0][];
    values = new float[0][];
  }
}
