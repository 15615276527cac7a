package dev.recurrent.cuda.emulated;

import dev.recurrent.cuda.driver.CudaException;
import dev.recurrent.cuda.driver.Driver;
import dev.recurrent.cuda.driver.OutOfDeviceMemoryException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs kernels on the CPU. Memory of the device is native memory, whose bounds the kernels check;
 * it is filled with NaN when it is allocated, and so is shared memory. A kernel that does something
 * wrong ends with a {@link CudaException} that says what.
 */
final class EmulatedDriver implements Driver {
  /** The kernels of one library share their variables, so one launch runs at a time. */
  private static final ReentrantLock LAUNCH = new ReentrantLock();

  private static final int CODE = 700; // CUDA_ERROR_ILLEGAL_ADDRESS
  private static final int OUT_OF_MEMORY = 2; // CUDA_ERROR_OUT_OF_MEMORY
  private static final int MESSAGE_BYTES = 480;

  /** Context of emulation.h. */
  private static final MemoryLayout CONTEXT =
      MemoryLayout.structLayout(
          ValueLayout.JAVA_LONG.withName("buffers"),
          ValueLayout.JAVA_LONG.withName("count"),
          ValueLayout.JAVA_LONG.withName("seed"),
          ValueLayout.JAVA_LONG.withName("failed"),
          MemoryLayout.sequenceLayout(MESSAGE_BYTES, ValueLayout.JAVA_BYTE).withName("message"));

  private final Arena arena = Arena.ofShared();
  private final MemorySegment context = arena.allocate(CONTEXT);
  private final long capacity;
  private final Map<Long, Allocation> allocations = new HashMap<>();
  private final TreeMap<Long, Long> limits = new TreeMap<>(); // address to bytes in use
  private MemorySegment buffers = arena.allocate(16L * 64, 8);
  private boolean buffersChanged = true;
  private @Nullable List<Runnable> recorded; // while something is being recorded
  private long held;

  private record Allocation(Arena arena, MemorySegment memory) {}

  /**
   * Opens a device.
   *
   * @param seed decides the order in which threads run
   * @param capacity the bytes of memory that it has
   */
  EmulatedDriver(long seed, long capacity) {
    this.capacity = capacity;
    context.set(ValueLayout.JAVA_LONG, 16, seed);
  }

  @Override
  public String description() {
    return "kernels emulated on the CPU, to be checked";
  }

  @Override
  @SuppressWarnings("MustBeClosedChecker") // free and close close it
  public long allocate(long bytes) {
    refuseWhileRecording("cuMemAlloc");
    if (held + bytes > capacity) {
      throw new OutOfDeviceMemoryException(
          "cuMemAlloc of " + bytes + " bytes", OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY");
    }
    var own = Arena.ofShared();
    var memory = own.allocate(Math.max(bytes, 1), 256).fill((byte) 0xff);
    allocations.put(memory.address(), new Allocation(own, memory));
    limit(memory.address(), bytes);
    held += bytes;
    return memory.address();
  }

  @Override
  public void free(long address) {
    refuseWhileRecording("cuMemFree");
    var allocation = allocations.remove(address);
    if (allocation == null) {
      throw new CudaException("cuMemFree", 1, "CUDA_ERROR_INVALID_VALUE");
    }
    limits.remove(address);
    buffersChanged = true;
    held -= allocation.memory.byteSize();
    allocation.arena.close();
  }

  /** What comes into use is NaN, what is not in use may not be touched. */
  @Override
  public void limit(long address, long bytes) {
    limits.put(address, bytes);
    slice(address, bytes).fill((byte) 0xff);
    buffersChanged = true;
  }

  @Override
  public void upload(MemorySegment host, long address) {
    refuseWhileRecording("cuEventSynchronize");
    slice(address, host.byteSize()).copyFrom(host);
  }

  @Override
  public void download(long address, MemorySegment host) {
    refuseWhileRecording("cuStreamSynchronize");
    host.copyFrom(slice(address, host.byteSize()));
  }

  @Override
  public void clear(long address, long bytes) {
    refuseWhileRecording("cuMemsetD8Async");
    slice(address, bytes).fill((byte) 0);
  }

  /** Refuses what is not within one allocation. */
  void check(long address, long bytes) {
    slice(address, bytes);
  }

  private MemorySegment slice(long address, long bytes) {
    if (bytes == 0) {
      return MemorySegment.NULL;
    }
    var buffer = limits.floorEntry(address);
    if (buffer == null || address + bytes > buffer.getKey() + buffer.getValue()) {
      throw new CudaException("access to " + bytes + " bytes", 1, "CUDA_ERROR_INVALID_VALUE");
    }
    var allocation = allocations.get(buffer.getKey());
    if (allocation == null) {
      throw new IllegalStateException("a limit without an allocation");
    }
    return allocation.memory.asSlice(address - buffer.getKey(), bytes);
  }

  @Override
  public MemoryUse memoryUse() {
    return new MemoryUse(capacity - held, capacity);
  }

  @Override
  // The library was compiled from our own sources; closing the module closes the arena.
  @SuppressWarnings({"restricted", "MustBeClosedChecker"})
  public KernelModule load(Path image) {
    var own = Arena.ofShared();
    var library = SymbolLookup.libraryLookup(image, own);
    return new KernelModule() {
      @Override
      public Kernel kernel(String name) {
        var symbol =
            library
                .find("launch_" + name)
                .orElseThrow(
                    () ->
                        new CudaException(
                            "cuModuleGetFunction " + name, 500, "CUDA_ERROR_NOT_FOUND"));
        var handle = Linker.nativeLinker().downcallHandle(symbol, LAUNCHER);
        return (shape, arguments) -> {
          if (recorded == null) {
            launch(handle, shape, arguments.pointers());
          } else {
            var copy = arguments.copy(Arena.ofAuto());
            recorded.add(() -> launch(handle, shape, copy));
          }
        };
      }

      @Override
      public void close() {
        own.close();
      }
    };
  }

  private static final FunctionDescriptor LAUNCHER =
      FunctionDescriptor.ofVoid(
          ValueLayout.ADDRESS,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT);

  private void launch(MethodHandle handle, LaunchShape shape, MemorySegment arguments) {
    LAUNCH.lock();
    try {
      if (buffersChanged) {
        writeBuffers();
      }
      context.set(ValueLayout.JAVA_LONG, 24, 0);
      handle.invokeExact(context, arguments, shape.blocks(), shape.threads(), shape.sharedBytes());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    } finally {
      LAUNCH.unlock();
    }
    if (context.get(ValueLayout.JAVA_LONG, 24) != 0) {
      throw new CudaException(context.getString(32), CODE, "CUDA_ERROR_ILLEGAL_ADDRESS, emulated");
    }
  }

  private void writeBuffers() {
    if (buffers.byteSize() < 16L * limits.size()) {
      buffers = arena.allocate(32L * limits.size(), 8);
    }
    int i = 0;
    for (var buffer : limits.entrySet()) {
      if (buffer.getValue() > 0) {
        buffers.setAtIndex(ValueLayout.JAVA_LONG, i++, buffer.getKey());
        buffers.setAtIndex(ValueLayout.JAVA_LONG, i++, buffer.getValue());
      }
    }
    context.set(ValueLayout.JAVA_LONG, 0, buffers.address());
    context.set(ValueLayout.JAVA_LONG, 8, i / 2);
    buffersChanged = false;
  }

  /** Does some work, or records it. */
  void handOver(Runnable work) {
    if (recorded == null) {
      work.run();
    } else {
      recorded.add(work);
    }
  }

  @Override
  public Recording newRecording() {
    return new Recording() {
      private List<Runnable> list = List.of();

      @Override
      public void record(Runnable work) {
        refuseWhileRecording("cuStreamBeginCapture");
        var own = new ArrayList<Runnable>();
        recorded = own;
        try {
          work.run();
        } finally {
          recorded = null;
        }
        list = own;
      }

      @Override
      public void replay() {
        refuseWhileRecording("cuGraphLaunch");
        list.forEach(Runnable::run);
      }

      @Override
      public void close() {
        list = List.of();
      }
    };
  }

  /** A capture of CUDA fails if one of these operations is tried meanwhile. */
  private void refuseWhileRecording(String operation) {
    if (recorded != null) {
      throw new CudaException(operation, 900, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED");
    }
  }

  @Override
  public void synchronize() {
    refuseWhileRecording("cuStreamSynchronize");
  }

  @Override
  public void close() {
    allocations.values().forEach(allocation -> allocation.arena.close());
    allocations.clear();
    limits.clear();
    arena.close();
  }
}
