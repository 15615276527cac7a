package dev.recurrent.cuda;

import dev.recurrent.contract.ConcurrencyContract;
import dev.recurrent.spi.Backend;

class EmulatedConcurrencyTest extends ConcurrencyContract {
  @Override
  protected Backend open() {
    return Emulation.open(1);
  }
}
