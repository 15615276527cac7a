package dev.recurrent.cuda.jcuda;

import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuEventSynchronize;
import static jcuda.driver.JCudaDriver.cuMemFreeHost;
import static jcuda.driver.JCudaDriver.cuMemHostAlloc;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoHAsync;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoDAsync;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;

import java.lang.foreign.MemorySegment;
import jcuda.driver.CUevent;
import jcuda.driver.CUstream;

/**
 * Copies between Java's memory and the device through pinned memory, of which it has a few pieces
 * that take turns: an upload waits only for the one that used the same piece before.
 */
final class Staging implements AutoCloseable {
  private static final int PIECES = 8;
  private static final long BYTES = 1 << 20; // of a piece
  private static final int WITHOUT_TIMING = 2; // CU_EVENT_DISABLE_TIMING

  private final CUstream stream;
  private final Addresses.Host pinned = new Addresses.Host();
  private final MemorySegment memory;
  private final CUevent[] copied = new CUevent[PIECES];
  private int next;

  @SuppressWarnings("restricted") // it is exactly what was allocated
  Staging(CUstream stream) {
    this.stream = stream;
    Status.ofDriver(cuMemHostAlloc(pinned, PIECES * BYTES, 0), "cuMemHostAlloc");
    memory = MemorySegment.ofAddress(pinned.address()).reinterpret(PIECES * BYTES);
    for (int i = 0; i < PIECES; i++) {
      copied[i] = new CUevent();
      Status.ofDriver(cuEventCreate(copied[i], WITHOUT_TIMING), "cuEventCreate");
    }
  }

  void upload(MemorySegment host, long address) {
    for (long done = 0; done < host.byteSize(); done += BYTES) {
      long count = Math.min(BYTES, host.byteSize() - done);
      int piece = next;
      next = (next + 1) % PIECES;
      // An event that was never recorded counts as done.
      Status.ofDriver(cuEventSynchronize(copied[piece]), "cuEventSynchronize");
      MemorySegment.copy(host, done, memory, piece * BYTES, count);
      Status.ofDriver(
          cuMemcpyHtoDAsync(Addresses.device(address + done), at(piece), count, stream),
          "cuMemcpyHtoDAsync of " + count + " bytes");
      Status.ofDriver(cuEventRecord(copied[piece], stream), "cuEventRecord");
    }
  }

  void download(long address, MemorySegment host) {
    // The first of the pieces may still be read by an upload, which the stream does before.
    for (long done = 0; done < host.byteSize(); done += PIECES * BYTES) {
      long count = Math.min(PIECES * BYTES, host.byteSize() - done);
      Status.ofDriver(
          cuMemcpyDtoHAsync(at(0), Addresses.device(address + done), count, stream),
          "cuMemcpyDtoHAsync of " + count + " bytes");
      Status.ofDriver(cuStreamSynchronize(stream), "cuStreamSynchronize");
      MemorySegment.copy(memory, 0, host, done, count);
    }
  }

  private Addresses.At at(int piece) {
    return new Addresses.At(memory.address() + piece * BYTES);
  }

  @Override
  public void close() {
    for (var event : copied) {
      Status.ofDriver(cuEventDestroy(event), "cuEventDestroy");
    }
    Status.ofDriver(cuMemFreeHost(pinned), "cuMemFreeHost");
  }
}
