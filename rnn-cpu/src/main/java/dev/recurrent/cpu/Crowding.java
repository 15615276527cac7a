package dev.recurrent.cpu;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.DoubleSupplier;

/**
 * Decides how many workers a task is worth: all of them, or only one where others hold the
 * processors. A time loop waits for its slowest worker at every step; where workers are often put
 * off their processors they wait for each other longer than they compute (a loop of 500 steps on
 * two busy processors takes ten times as long with two workers as with one). While one worker goes
 * on alone it is looked now and then whether the other processors have become idle. Since results
 * do not depend on the number of workers, it may change from call to call.
 *
 * <p>Thread-safe.
 */
class Crowding {
  /** In nanoseconds: how much work is looked at before a decision. */
  private static final long WINDOW = 20_000_000;

  /** In nanoseconds: how long one worker goes on alone before all are tried again. */
  private static final long SHORTEST = 50_000_000;

  private static final long LONGEST = 3_200_000_000L;

  /** In nanoseconds: how long the load is measured before it counts. */
  private static final long LOOK = 100_000_000;

  /** The part of the other workers' processors that has to be idle before all are tried again. */
  private static final double ENOUGH_IDLE = 0.75;

  private final int workers;
  private final int processors;
  private final DoubleSupplier load;
  private final double mostLate;
  private long elapsed;
  private long late;
  private long pause = SHORTEST;
  private long aloneUntil;
  private long nextLook;
  private volatile boolean alone;

  /** Watches so many workers; more than there are processors are never stopped. */
  Crowding(int workers, int processors) {
    this(workers, processors, systemLoad());
  }

  /**
   * Watches so many workers by a measure of the load.
   *
   * @param load the part of all processors that was in use since it was asked for before, 0 to 1;
   *     negative where that is not known
   */
  Crowding(int workers, int processors, DoubleSupplier load) {
    this.workers = workers;
    this.processors = processors;
    this.load = load;
    mostLate = workers > processors ? 1 : (workers - 1.0) / (workers + 1);
  }

  /** Returns the number of workers to start at this time, in nanoseconds. */
  int worthwhile(long now) {
    return alone ? worthwhileAgain(now) : workers; // as a rule no thread waits for another here
  }

  private synchronized int worthwhileAgain(long now) {
    if (alone && (now - aloneUntil >= 0 || othersAreIdle(now))) {
      alone = false;
      elapsed = 0;
      late = 0;
    }
    return alone ? 1 : workers;
  }

  /**
   * Takes note of a task that all workers did.
   *
   * @param took in nanoseconds
   * @param lateFor how much of it the first worker waited for others beyond what is usual
   * @param now the time after it
   */
  synchronized void done(long took, long lateFor, long now) {
    elapsed += took;
    late += lateFor;
    if (elapsed < WINDOW) {
      return;
    }
    if (late > mostLate * elapsed) {
      goOnAlone(pause, Math.max(LOOK, pause / 2), now);
      pause = Math.min(2 * pause, LONGEST);
    } else {
      pause = SHORTEST;
    }
    elapsed = 0;
    late = 0;
  }

  /**
   * Has one worker go on alone.
   *
   * @param nanos for how long at most
   * @param unseen how long not to look whether others are idle: a processor that another machine of
   *     the same host holds looks idle
   */
  private void goOnAlone(long nanos, long unseen, long now) {
    alone = true;
    aloneUntil = now + nanos;
    nextLook = now + unseen;
    var _ = load.getAsDouble(); // measures from here on
  }

  private boolean othersAreIdle(long now) {
    if (now - nextLook < 0) {
      return false;
    }
    nextLook = now + LOOK;
    double used = load.getAsDouble();
    return used >= 0 && (1 - used) * processors >= ENOUGH_IDLE * (workers - 1);
  }

  private static DoubleSupplier systemLoad() {
    var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return system == null ? () -> -1 : system::getCpuLoad;
  }
}
