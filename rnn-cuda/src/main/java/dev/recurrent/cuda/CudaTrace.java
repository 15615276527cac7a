package dev.recurrent.cuda;

import dev.recurrent.spi.RecurrentKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Keeps what a forward pass left for the backward pass. */
final class CudaTrace implements RecurrentKernel.Trace {
  private final Device device;
  private final DeviceLoan loan;
  private volatile boolean closed; // perhaps by the cleaner of a tape

  /** The owner of the trace. */
  final CudaRecurrentKernel kernel;

  /** The histories of the states: see {@link Timeline}. */
  final List<Long> histories = new ArrayList<>();

  /** The histories of the states in the numbers of products, where those are not FLOAT32. */
  final Map<Integer, Long> factors = new TreeMap<>();

  /** Values of the forward program for all packed rows, by instruction. */
  final Map<Integer, Long> values = new TreeMap<>();

  CudaTrace(Device device, CudaRecurrentKernel kernel) {
    this.device = device;
    this.kernel = kernel;
    loan = new DeviceLoan(device.pool());
  }

  DeviceLoan loan() {
    return loan;
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (!device.isClosed()) {
        device.run(loan::close);
      }
    }
  }
}
