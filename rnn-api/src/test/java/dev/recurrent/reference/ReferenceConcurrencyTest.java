package dev.recurrent.reference;

import dev.recurrent.contract.ConcurrencyContract;
import dev.recurrent.spi.Backend;

class ReferenceConcurrencyTest extends ConcurrencyContract {
  @Override
  protected Backend open() {
    return new ReferenceBackend();
  }
}
