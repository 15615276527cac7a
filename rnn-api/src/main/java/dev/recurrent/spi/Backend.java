package dev.recurrent.spi;

import dev.recurrent.cell.CellProgram;

/**
 * Computes: owns memory, runs primitive operations on it, and compiles cells. Work may be
 * asynchronous: it is done in the order of the calls, and {@link #synchronize()} waits for it;
 * {@link Memory#read} waits too.
 *
 * <p>Thread-safe: threads that write to different memory may call a backend, its {@link #memory()},
 * {@link #ops()} and kernels at once. Whether it computes at once or one call after the other is
 * its own business; {@code cpu} computes at once. It is closed when nobody uses it any more; a
 * later use is an {@link IllegalStateException}.
 */
public interface Backend extends AutoCloseable {
  /** Describes the device. */
  DeviceInfo device();

  /** Returns the numbers in which matrices are multiplied. */
  default Precision precision() {
    return Precision.FP32;
  }

  /** Returns the device's memory. */
  Memory memory();

  /** Returns the primitive operations. */
  TensorOps ops();

  /**
   * Compiles a cell. The caller closes the kernel. By default it is composed of primitives: right,
   * not fast.
   */
  default RecurrentKernel compile(CellProgram program) {
    return new ComposedRecurrentKernel(this, program);
  }

  /** Compiles an elementwise program. By default it is composed of primitives. */
  default PointwiseKernel compile(PointwiseProgram program) {
    return new ComposedPointwiseKernel(this, program);
  }

  /**
   * Tells whether work goes on after the call that handed it over, so that reading memory waits for
   * all of it and is better done seldom. By default it is done when the call returns.
   */
  default boolean isAsynchronous() {
    return false;
  }

  /** Frees the memory that is kept for calls as large as the largest so far. */
  default void trim() {}

  /** Waits until all work handed over so far is done. */
  default void synchronize() {}

  /** Ends the backend; its storage and kernels may not be used any more. */
  @Override
  void close();
}
