package dev.recurrent.cpu;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Measures the allocation of a piece of code, which shows when C2 stops inlining vectors. */
final class Allocations {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final long PATIENCE_NANOS = 60_000_000_000L;
  private static final int CALLS = 50;

  private Allocations() {}

  /** Returns the bytes that one call allocates on this thread once it is compiled. */
  static long perCall(Runnable code) {
    return perCall(100, code);
  }

  /**
   * C2 compiles in the background: waits for it until a call allocates less than {@code enough}.
   */
  static long perCall(long enough, Runnable code) {
    long least = Long.MAX_VALUE;
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (least >= enough && System.nanoTime() < deadline) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < CALLS; i++) {
        code.run();
      }
      long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
      least = Math.min(least, bytes / CALLS);
    }
    return least;
  }
}
