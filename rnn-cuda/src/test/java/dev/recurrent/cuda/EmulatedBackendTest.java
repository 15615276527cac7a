package dev.recurrent.cuda;

import dev.recurrent.contract.BackendContractTest;
import dev.recurrent.spi.Backend;

/** Runs the contract suite on the emulated device, with all kernels as a GPU gets them. */
class EmulatedBackendTest extends BackendContractTest {
  @Override
  protected Backend open() {
    return Emulation.open(1);
  }

  /** True of the kernels; cuBLAS, which chooses its algorithm by the shape, promises less. */
  @Override
  public Bits bits() {
    return Bits.SAME_IN_ANY_BATCH;
  }

  @Override
  public int randomCells() {
    return 60;
  }
}
