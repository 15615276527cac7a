package dev.recurrent.cpu;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Measures the allocation of a piece of code, which shows when C2 stops inlining vectors. */
final class Allocations {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocations() {}

  /** Returns the bytes that one call allocates on this thread once it is compiled. */
  static long perCall(Runnable code) {
    long least = Long.MAX_VALUE;
    // C2 compiles in the background: wait for it, for as long as something is still allocated.
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (least >= 100 && System.nanoTime() < deadline) {
      int calls = 100;
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < calls; i++) {
        code.run();
      }
      long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
      least = Math.min(least, bytes / calls);
    }
    return least;
  }
}
