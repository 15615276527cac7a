package dev.recurrent.reference;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.DeviceInfo;
import dev.recurrent.spi.Memory;
import dev.recurrent.spi.PointwiseKernel;
import dev.recurrent.spi.PointwiseProgram;
import dev.recurrent.spi.RecurrentKernel;
import dev.recurrent.spi.TensorOps;

/**
 * Computes in plain loops and double precision, so that derivatives can be checked by finite
 * differences and other backends against it. Thread-safe; all work is done when a call returns. Its
 * storage is {@link ReferenceStorage}.
 */
public final class ReferenceBackend implements Backend {
  /** The name by which it is chosen. */
  public static final String NAME = "reference";

  static final DeviceInfo DEVICE = new DeviceInfo(NAME, "plain loops, double precision, 1 thread");

  private final ReferenceMemory memory = new ReferenceMemory();
  private final TensorOps ops = new ReferenceTensorOps();

  /** Opens the backend. */
  public ReferenceBackend() {}

  @Override
  public DeviceInfo device() {
    return DEVICE;
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
    return new ReferenceRecurrentKernel(program);
  }

  @Override
  public PointwiseKernel compile(PointwiseProgram program) {
    return new ReferencePointwiseKernel(program);
  }

  @Override
  public void close() {
    memory.close();
  }
}
