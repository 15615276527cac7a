package dev.recurrent.cpu;

/**
 * Decides how many workers a task is worth: all of them, or only one where other programs hold the
 * processors. A time loop waits for its slowest worker at every step; where workers are often put
 * off their processors they wait for each other longer than they compute (a loop of 500 steps on
 * two busy processors takes ten times as long with two workers as with one). Since results do not
 * depend on the number of workers, it may change from call to call.
 *
 * <p>Thread-safe.
 */
class Crowding {
  /** In nanoseconds: how much work is looked at before a decision. */
  private static final long WINDOW = 20_000_000;

  /** In nanoseconds: how long one worker goes on alone before all are tried again. */
  private static final long SHORTEST = 50_000_000;

  private static final long LONGEST = 3_200_000_000L;

  private final int workers;
  private final double mostLate;
  private long elapsed;
  private long late;
  private long pause = SHORTEST;
  private long aloneUntil;
  private boolean alone;

  /** Watches so many workers; more than there are processors are never stopped. */
  Crowding(int workers, int processors) {
    this.workers = workers;
    mostLate = workers > processors ? 1 : (workers - 1.0) / (workers + 1);
  }

  /** Returns the number of workers to start at this time, in nanoseconds. */
  synchronized int worthwhile(long now) {
    if (alone && now - aloneUntil >= 0) {
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
      alone = true;
      aloneUntil = now + pause;
      pause = Math.min(2 * pause, LONGEST);
    } else {
      pause = SHORTEST;
    }
    elapsed = 0;
    late = 0;
  }
}
