package dev.recurrent.cuda;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cuda.driver.DeviceParts;
import dev.recurrent.cuda.driver.Failures;
import dev.recurrent.cuda.driver.NumberType;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendProvider;
import dev.recurrent.spi.DeviceInfo;
import dev.recurrent.spi.Memory;
import dev.recurrent.spi.PointwiseKernel;
import dev.recurrent.spi.PointwiseProgram;
import dev.recurrent.spi.Precision;
import dev.recurrent.spi.RecurrentKernel;
import dev.recurrent.spi.TensorOps;
import java.util.function.Supplier;

/**
 * Computes on a CUDA device, or on what stands in for one. Work is handed over to the device in the
 * order of the calls; reading memory waits for it. Thread-safe: the calls of all threads are queued
 * to the device's own.
 */
public final class CudaBackend implements Backend {
  private final Device device;
  private final DeviceInfo info;
  private final CudaMemory memory;
  private final Primitives primitives;
  private final CudaTensorOps ops;

  /**
   * Opens the backend.
   *
   * @param opener opens the device; it is called on the thread that will be the device's own
   */
  public CudaBackend(Supplier<DeviceParts> opener) {
    this(opener, TimeLoops.Policy.RECORD_WHAT_REPEATS);
  }

  CudaBackend(Supplier<DeviceParts> opener, TimeLoops.Policy policy) {
    device = Device.open(opener, policy);
    try {
      info = new DeviceInfo(device.name(), device.call(device::description));
      memory = new CudaMemory(device);
      primitives = device.call(() -> new Primitives(device));
      ops = new CudaTensorOps(device, primitives);
    } catch (RuntimeException | Error e) {
      Failures.closeAfter(e, device);
      throw e;
    }
  }

  /** Returns the products and kernels of a cell's step, which no device is needed for. */
  public static BackendProvider.Explanation explain(CellProgram cell) {
    return CudaRecurrentKernel.Plans.of(cell, NumberType.FLOAT32).explain();
  }

  @Override
  public DeviceInfo device() {
    return info;
  }

  @Override
  public Precision precision() {
    return device.precision();
  }

  @Override
  public Memory memory() {
    return memory;
  }

  @Override
  public TensorOps ops() {
    return ops;
  }

  @Override
  public RecurrentKernel compile(CellProgram program) {
    return device.call(() -> new CudaRecurrentKernel(device, primitives, program));
  }

  @Override
  public PointwiseKernel compile(PointwiseProgram program) {
    return device.call(() -> new CudaPointwiseKernel(device, program));
  }

  @Override
  public void trim() {
    if (!device.isClosed()) {
      device.run(() -> device.pool().trim());
    }
  }

  @Override
  public boolean isAsynchronous() {
    return true;
  }

  @Override
  public void synchronize() {
    device.run(() -> device.driver().synchronize());
  }

  @Override
  public void close() {
    device.close();
  }
}
