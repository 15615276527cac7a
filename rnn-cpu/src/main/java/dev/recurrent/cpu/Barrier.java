package dev.recurrent.cpu;

import java.util.concurrent.locks.LockSupport;

/**
 * Holds workers until all have arrived, for a time loop whose steps take microseconds.
 *
 * <p>Each worker counts its arrivals in a cache line of its own and watches those of the others, so
 * a barrier costs one transfer of a line, and nobody can be more than one arrival ahead. A worker
 * that waits long gives up its processor: where there are more workers than processors the others
 * need it.
 */
final class Barrier {
  /** Thrown out of {@link #await} when another worker has failed. */
  static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1;

    private Broken() {
      super("another worker failed", null, false, false);
    }
  }

  static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  private static final int SPINS = 4_000;
  private static final int YIELDS = 2_000;
  private static final long PARK_NANOS = 50_000;

  private final Signal[] arrivals; // [workers]
  private final Signal broken = new Signal();
  private final int spins;
  private long lateNanos; // of worker 0, which alone writes it

  Barrier(int workers) {
    arrivals = new Signal[workers];
    for (int w = 0; w < workers; w++) {
      arrivals[w] = new Signal();
    }
    spins = workers <= PROCESSORS ? SPINS : 0;
  }

  /** Returns once all workers have called this equally often since {@link #reset}. */
  void await(int worker) {
    int own = arrivals[worker].getAcquire() + 1;
    arrivals[worker].setRelease(own);
    for (int w = 0; w < arrivals.length; w++) {
      if (w != worker) {
        long late = awaitArrival(arrivals[w], own);
        if (worker == 0) {
          lateNanos += late;
        }
      }
    }
  }

  /** Returns how long worker 0 has waited beyond spinning since {@link #reset}, in nanoseconds. */
  long lateNanos() {
    return lateNanos;
  }

  /** Returns how long it waited beyond spinning, in nanoseconds. */
  @SuppressWarnings("ThreadPriorityCheck") // a hint to the scheduler; nothing relies on it
  private long awaitArrival(Signal other, int own) {
    long late = 0;
    for (int turn = 0; other.getAcquire() - own < 0; turn++) {
      if (broken.getAcquire() != 0) {
        throw new Broken();
      }
      if (turn < spins) {
        Thread.onSpinWait();
        continue;
      }
      if (late == 0) {
        late = System.nanoTime();
      }
      if (turn < spins + YIELDS) {
        Thread.yield();
      } else {
        LockSupport.parkNanos(this, PARK_NANOS);
      }
    }
    return late == 0 ? 0 : System.nanoTime() - late;
  }

  /** Makes every worker that waits, now or later, throw {@link Broken}. */
  void breakUp() {
    broken.set(1);
  }

  /** Makes ready for another task; nobody may be waiting. */
  void reset() {
    for (var arrival : arrivals) {
      arrival.set(0);
    }
    broken.set(0);
    lateNanos = 0;
  }
}
