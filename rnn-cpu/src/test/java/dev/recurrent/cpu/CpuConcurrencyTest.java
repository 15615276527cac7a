package dev.recurrent.cpu;

import dev.recurrent.contract.ConcurrencyContract;
import dev.recurrent.spi.Backend;

class CpuConcurrencyTest extends ConcurrencyContract {
  @Override
  protected Backend open() {
    return AllWorkers.backend(2);
  }

  @Override
  protected int steps() {
    return 150;
  }

  /** Batches are large enough for several workers. */
  @Override
  protected int hidden() {
    return 70;
  }
}
