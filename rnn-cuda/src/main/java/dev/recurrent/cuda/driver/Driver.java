package dev.recurrent.cuda.driver;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * Owns one device: its memory, its kernels, and one stream, on which all work is done in the order
 * of the calls. Addresses are those of the device. A failure is a {@link CudaException}.
 */
public interface Driver extends AutoCloseable {
  /** Describes the device in a few words. */
  String description();

  /**
   * Allocates memory of undefined contents.
   *
   * @throws OutOfDeviceMemoryException if there is not enough
   */
  long allocate(long bytes);

  /** Frees an allocation, once the work handed over so far no longer needs it. */
  void free(long address);

  /**
   * Says how many bytes of an allocation are in use from now on: a driver that can checks that
   * nothing else is touched.
   */
  default void limit(long address, long bytes) {}

  /** Copies to the device; the host's memory may be changed as soon as this returns. */
  void upload(MemorySegment host, long address);

  /** Copies from the device, once all work handed over so far is done. */
  void download(long address, MemorySegment host);

  /** Writes zeros. */
  void clear(long address, long bytes);

  /** Returns how much memory there is and how much of it is free, also to other processes. */
  MemoryUse memoryUse();

  /** Loads what the device's {@link KernelCompiler} has compiled. */
  KernelModule load(Path image);

  /** Returns a recording of nothing. */
  Recording newRecording();

  /** Waits until all work handed over so far is done. */
  void synchronize();

  @Override
  void close();

  /** What a device says about its memory, in bytes. */
  record MemoryUse(long free, long total) {}

  /**
   * Holds kernels and products, with their arguments, that are handed over again and again as one:
   * a CUDA graph. What they read and write is at the same addresses every time.
   */
  interface Recording extends AutoCloseable {
    /**
     * Takes the kernels and products that {@code work} hands over, none of which is done, in place
     * of those that it had. The work may neither copy nor wait. If it fails, the recording is as it
     * was.
     */
    void record(Runnable work);

    /** Hands over what was recorded. */
    void replay();

    @Override
    void close();
  }

  /** Holds loaded kernels. */
  interface KernelModule extends AutoCloseable {
    /** Finds a kernel. */
    Kernel kernel(String name);

    @Override
    void close();
  }

  /** A kernel that can be launched. */
  interface Kernel {
    /** Hands the kernel over; the arguments may be changed as soon as this returns. */
    void launch(LaunchShape shape, LaunchArguments arguments);
  }

  /**
   * The size of a launch.
   *
   * @param blocks the number of blocks, at least 1
   * @param threads the threads of a block, at least 1
   * @param sharedBytes the shared memory of a block
   */
  record LaunchShape(int blocks, int threads, int sharedBytes) {
    public LaunchShape {
      if (blocks < 1 || threads < 1 || sharedBytes < 0) {
        throw new IllegalArgumentException(
            "launch: expected at least one block and thread, got "
                + blocks
                + " of "
                + threads
                + " with "
                + sharedBytes
                + " bytes");
      }
    }
  }
}
