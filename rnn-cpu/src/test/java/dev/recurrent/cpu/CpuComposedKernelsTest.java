package dev.recurrent.cpu;

import dev.recurrent.contract.BackendContractTest;
import dev.recurrent.contract.PrimitivesOnly;
import dev.recurrent.spi.Backend;

/** Runs the contract suite on kernels composed of this backend's primitives. */
class CpuComposedKernelsTest extends BackendContractTest {
  @Override
  protected Backend open() {
    return new PrimitivesOnly(AllWorkers.backend(2));
  }

  @Override
  public Bits bits() {
    return Bits.SAME_IN_ANY_BATCH;
  }
}
