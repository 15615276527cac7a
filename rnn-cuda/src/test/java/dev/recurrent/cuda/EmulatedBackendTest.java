package dev.recurrent.cuda;

import dev.recurrent.contract.BackendContractTest;
import dev.recurrent.spi.Backend;

/** Runs the contract suite on the emulated device, with all kernels as a GPU gets them. */
class EmulatedBackendTest extends BackendContractTest {
  @Override
  protected Backend open() {
    return Emulation.open(1);
  }
}
