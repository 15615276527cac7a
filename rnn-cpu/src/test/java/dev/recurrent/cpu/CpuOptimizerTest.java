package dev.recurrent.cpu;

import dev.recurrent.Backends;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.train.OptimizerContract;

class CpuOptimizerTest extends OptimizerContract {
  @Override
  protected Backend open() {
    return Backends.open("cpu", BackendOptions.DEFAULT);
  }

  /** Single precision, whose errors the pull of the loss keeps from adding up. */
  @Override
  protected double tolerance() {
    return 1e-5;
  }
}
