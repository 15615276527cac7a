package dev.recurrent.cuda.jcuda;

import static jcuda.driver.JCudaDriver.cuLaunchKernel;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemGetInfo;
import static jcuda.driver.JCudaDriver.cuMemsetD8Async;
import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuModuleLoadData;
import static jcuda.driver.JCudaDriver.cuModuleUnload;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamDestroy;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;

import dev.recurrent.cuda.driver.Driver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;

/** Drives a GPU by the driver API. */
final class JCudaGpuDriver implements Driver {
  private static final int NON_BLOCKING = 1; // CU_STREAM_NON_BLOCKING

  private final JCudaContext context;
  private final Addresses.Stream stream = new Addresses.Stream();
  private final GraphUpdate graphUpdate = new GraphUpdate();
  private final Staging staging;

  JCudaGpuDriver(JCudaContext context) {
    this.context = context;
    Status.ofDriver(cuStreamCreate(stream, NON_BLOCKING), "cuStreamCreate");
    staging = new Staging(stream);
  }

  Addresses.Stream stream() {
    return stream;
  }

  @Override
  public String description() {
    return context.description();
  }

  @Override
  public long allocate(long bytes) {
    var pointer = new Addresses.Device();
    Status.ofDriver(cuMemAlloc(pointer, bytes), "cuMemAlloc of " + bytes + " bytes");
    return pointer.address();
  }

  @Override
  public void free(long address) {
    Status.ofDriver(cuMemFree(Addresses.device(address)), "cuMemFree");
  }

  @Override
  public void upload(MemorySegment host, long address) {
    staging.upload(host, address);
  }

  @Override
  public void download(long address, MemorySegment host) {
    staging.download(address, host);
  }

  @Override
  public void clear(long address, long bytes) {
    if (bytes > 0) {
      Status.ofDriver(
          cuMemsetD8Async(Addresses.device(address), (byte) 0, bytes, stream), "cuMemsetD8Async");
    }
  }

  @Override
  public MemoryUse memoryUse() {
    var free = new long[1];
    var total = new long[1];
    Status.ofDriver(cuMemGetInfo(free, total), "cuMemGetInfo");
    return new MemoryUse(free[0], total[0]);
  }

  @Override
  public KernelModule load(Path image) {
    var module = new CUmodule();
    try {
      var bytes = Files.readAllBytes(image);
      Status.ofDriver(cuModuleLoadData(module, bytes), "cuModuleLoadData of " + image);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new GpuModule(module);
  }

  @Override
  public Recording newRecording() {
    return new JCudaGraph(stream, graphUpdate);
  }

  @Override
  public void synchronize() {
    Status.ofDriver(cuStreamSynchronize(stream), "cuStreamSynchronize");
  }

  @Override
  public void close() {
    staging.close();
    Status.ofDriver(cuStreamDestroy(stream), "cuStreamDestroy");
    context.close();
  }

  private final class GpuModule implements KernelModule {
    private final CUmodule module;

    GpuModule(CUmodule module) {
      this.module = module;
    }

    @Override
    public Kernel kernel(String name) {
      var function = new CUfunction();
      Status.ofDriver(cuModuleGetFunction(function, module, name), "cuModuleGetFunction " + name);
      var operation = "cuLaunchKernel " + name;
      return (shape, arguments) ->
          Status.ofDriver(
              cuLaunchKernel(
                  function,
                  shape.blocks(),
                  1,
                  1,
                  shape.threads(),
                  1,
                  1,
                  shape.sharedBytes(),
                  stream,
                  new Addresses.At(arguments.pointers().address()),
                  null),
              operation);
    }

    @Override
    public void close() {
      Status.ofDriver(cuModuleUnload(module), "cuModuleUnload");
    }
  }
}
