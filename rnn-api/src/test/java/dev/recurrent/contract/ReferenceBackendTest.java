package dev.recurrent.contract;

import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.spi.Backend;

class ReferenceBackendTest extends BackendContractTest {
  @Override
  protected Backend open() {
    return new ReferenceBackend();
  }

  @Override
  public Bits bits() {
    return Bits.SAME_IN_ANY_BATCH;
  }
}
