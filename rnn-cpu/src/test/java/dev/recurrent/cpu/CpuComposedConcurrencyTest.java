package dev.recurrent.cpu;

import dev.recurrent.contract.ConcurrencyContract;
import dev.recurrent.contract.PrimitivesOnly;
import dev.recurrent.spi.Backend;

class CpuComposedConcurrencyTest extends ConcurrencyContract {
  @Override
  protected Backend open() {
    return new PrimitivesOnly(AllWorkers.backend(2));
  }
}
