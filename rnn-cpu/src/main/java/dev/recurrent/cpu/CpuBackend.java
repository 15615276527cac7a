package dev.recurrent.cpu;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.DeviceInfo;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.Memory;
import dev.recurrent.spi.PointwiseKernel;
import dev.recurrent.spi.PointwiseProgram;
import dev.recurrent.spi.RecurrentKernel;
import dev.recurrent.spi.StoragePool;
import dev.recurrent.spi.TensorOps;

/**
 * Computes on the processor's vector units with a pool of threads. Thread-safe: a call has the
 * workers to itself, or does without them.
 */
final class CpuBackend implements Backend {
  private final Workers workers;
  private final CpuMemory memory;
  private final StoragePool pool;
  private final WorkspacePool<Gemm> gemms;
  private final CellCodes codes;
  private final CpuTensorOps ops;
  private final Matrix nothing;

  CpuBackend(int threads) {
    this(new Workers(threads));
  }

  /** Computes with workers that {@link #close} closes. */
  CpuBackend(Workers workers) {
    this.workers = workers;
    memory = new CpuMemory(workers);
    pool = new StoragePool(memory);
    gemms = new WorkspacePool<>(() -> new Gemm(workers));
    codes = new CellCodes(workers);
    ops = new CpuTensorOps(workers, gemms);
    nothing = Matrix.of(memory.allocate(DataType.FLOAT32, 1), 1, 1);
  }

  /** Describes the device that {@code threads} threads make. */
  static DeviceInfo describe(int threads) {
    return new DeviceInfo(
        "cpu", "%d-bit SIMD, %d threads".formatted(Lanes.COUNT * Float.SIZE, threads));
  }

  Workers workers() {
    return workers;
  }

  @Override
  public DeviceInfo device() {
    return describe(workers.count());
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
    workers.requireOpen();
    return new CpuRecurrentKernel(codes.of(program), workers, gemms, pool, nothing);
  }

  @Override
  public PointwiseKernel compile(PointwiseProgram program) {
    workers.requireOpen();
    return new CpuPointwiseKernel(program, workers);
  }

  @Override
  public void trim() {
    pool.trim();
    gemms.clear();
  }

  @Override
  public void close() {
    workers.close();
    pool.close();
  }
}
