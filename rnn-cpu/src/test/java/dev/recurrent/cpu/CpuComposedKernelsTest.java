package dev.recurrent.cpu;

import dev.recurrent.contract.BackendContractTest;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.DeviceInfo;
import dev.recurrent.spi.Memory;
import dev.recurrent.spi.TensorOps;

/** Runs the contract suite on kernels composed of this backend's primitives. */
class CpuComposedKernelsTest extends BackendContractTest {
  @Override
  protected Backend open() {
    return new Composed(new CpuBackend(2));
  }

  @Override
  public Bits bits() {
    return Bits.SAME_IN_ANY_BATCH;
  }

  /** Leaves out what the backend compiles itself. */
  private record Composed(Backend cpu) implements Backend {
    @Override
    public DeviceInfo device() {
      return cpu.device();
    }

    @Override
    public Memory memory() {
      return cpu.memory();
    }

    @Override
    public TensorOps ops() {
      return cpu.ops();
    }

    @Override
    public void close() {
      cpu.close();
    }
  }
}
