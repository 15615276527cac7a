package dev.recurrent.spi;

import dev.recurrent.cell.CellProgram;

/**
 * Computes: owns memory, runs primitive operations on it, and compiles cells. A backend is used by
 * one thread at a time. Work may be asynchronous: it is done in the order of the calls, and {@link
 * #synchronize()} waits for it; {@link Memory#read} waits too.
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

  /** Waits until all work handed over so far is done. */
  default void synchronize() {}

  /** Ends the backend; its storage and kernels may not be used any more. */
  @Override
  void close();
}
