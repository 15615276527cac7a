package dev.recurrent.contract;

import dev.recurrent.spi.Backend;

/** Runs the suite on kernels composed of single precision primitives. */
class ComposedKernelsTest extends BackendContractTest {
  @Override
  protected Backend open() {
    return new SinglePrecisionBackend();
  }

  @Override
  public Bits bits() {
    return Bits.SAME_IN_ANY_BATCH;
  }
}
