package dev.recurrent.cpu;

import dev.recurrent.contract.BackendContractTest;
import dev.recurrent.spi.Backend;
import org.junit.jupiter.api.Tag;

/** Runs the contract suite on the fused kernels, at every lane width. */
@Tag("lanes")
class CpuBackendTest extends BackendContractTest {
  @Override
  protected Backend open() {
    return AllWorkers.backend(2);
  }

  @Override
  public Bits bits() {
    return Bits.SAME_IN_ANY_BATCH;
  }
}
