package dev.recurrent.contract;

import dev.recurrent.spi.Backend;
import dev.recurrent.spi.DeviceInfo;
import dev.recurrent.spi.Memory;
import dev.recurrent.spi.TensorOps;

/** Is another backend without what that one compiles itself: its kernels are composed. */
public record PrimitivesOnly(Backend backend) implements Backend {
  @Override
  public DeviceInfo device() {
    return backend.device();
  }

  @Override
  public Memory memory() {
    return backend.memory();
  }

  @Override
  public TensorOps ops() {
    return backend.ops();
  }

  @Override
  public void close() {
    backend.close();
  }
}
