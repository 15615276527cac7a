package dev.recurrent.cpu;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs a task on a fixed number of threads at once; the caller is worker 0.
 *
 * <p>The threads are daemons. After a task they spin for {@link #SPIN_NANOS} for the next one, then
 * park: nothing spins between calls. One task runs at a time; other callers do without ({@link
 * #tryRun}, {@link #share}) or wait their turn ({@link #run}). With one worker a task is a plain
 * call. Thread-safe.
 */
final class Workers implements AutoCloseable {
  /** What the workers do together. */
  interface Task {
    /** Does the share of worker {@code worker}, which is 0 to {@code count() - 1}. */
    void run(int worker);
  }

  /**
   * How long an idle worker looks for the next task before it parks: longer than what the caller
   * does alone between two tasks of a training step, since to wake a thread takes long, too (a step
   * of a character model takes 5 % less time than with 30 microseconds).
   */
  private static final long SPIN_NANOS = 500_000;

  private static final Task NOTHING = _ -> {};

  private final int count;
  private final Barrier barrier;
  private final Thread[] threads; // [count], 0 unused
  private final ReentrantLock turn = new ReentrantLock();
  private @Nullable Throwable failure;
  private final Signal[] parked; // [count], 1 while the worker sleeps or is about to
  private final Signal generation = new Signal(); // counts the tasks, -1 after close
  private final Barrier finish;
  private final Crowding crowding;
  private Task task = NOTHING;

  /** Starts {@code count - 1} threads. */
  Workers(int count) {
    this(count, new Crowding(count, Barrier.PROCESSORS));
  }

  /** Starts {@code count - 1} threads, of which not all are always wanted. */
  Workers(int count, Crowding crowding) {
    this.crowding = crowding;
    if (count < 1) {
      throw new IllegalArgumentException("workers: expected at least 1, got " + count);
    }
    this.count = count;
    barrier = new Barrier(count);
    finish = new Barrier(count);
    threads = new Thread[count];
    parked = new Signal[count];
    for (int w = 0; w < count; w++) {
      parked[w] = new Signal();
    }
    for (int w = 1; w < count; w++) {
      int worker = w;
      threads[w] =
          Thread.ofPlatform().daemon().name("recurrent-cpu-" + worker).start(() -> serve(worker));
    }
  }

  /** Returns the number of workers, the caller included. */
  int count() {
    return count;
  }

  /**
   * Returns how many workers a task is worth now: all, or one where others hold the processors. For
   * one, the caller does the task itself.
   */
  int worthwhile() {
    return count == 1 ? 1 : crowding.worthwhile(System.nanoTime());
  }

  /**
   * Does the shares of all workers, none of which waits for another: at once, or one after the
   * other by the caller where that is quicker, or where others have the workers.
   */
  void share(Task task) {
    if (worthwhile() > 1 && tryRun(task)) {
      return;
    }
    for (int worker = 0; worker < count; worker++) {
      task.run(worker);
    }
  }

  /**
   * Returns once every worker has called this in the running task. What any of them wrote before is
   * visible to all after. Only inside a task, and as often by one worker as by each other.
   */
  void await(int worker) {
    barrier.await(worker);
  }

  /**
   * Runs the task on all workers as {@link #run} does, unless they are at another caller's task;
   * returns whether it has.
   *
   * @throws RuntimeException or Error as {@link #run} does
   */
  boolean tryRun(Task task) {
    requireOutside();
    if (!turn.tryLock()) {
      return false;
    }
    runAndUnlock(task);
    return true;
  }

  /**
   * Runs the task on all workers and returns when all are done; waits until they are free.
   *
   * @throws RuntimeException or Error, the first one thrown by a worker; those that wait for it at
   *     the barrier are released
   * @throws IllegalStateException inside a task or after {@link #close}
   */
  void run(Task task) {
    requireOutside();
    turn.lock();
    runAndUnlock(task);
  }

  /**
   * Refuses work once they are closed.
   *
   * @throws IllegalStateException after {@link #close}
   */
  void requireOpen() {
    if (generation.get() < 0) {
      throw new IllegalStateException("backend cpu: expected an open one, got a closed one");
    }
  }

  private void requireOutside() {
    if (turn.isHeldByCurrentThread()) {
      throw new IllegalStateException("workers: expected no task inside a task");
    }
  }

  private void runAndUnlock(Task task) {
    try {
      requireOpen();
      if (count == 1) {
        task.run(0);
      } else {
        runOnAll(task);
      }
    } finally {
      turn.unlock();
    }
  }

  private void runOnAll(Task task) {
    long began = System.nanoTime();
    this.task = task;
    failure = null;
    barrier.reset();
    long lateBefore = finish.lateNanos();
    generation.set((generation.get() + 1) & Integer.MAX_VALUE);
    for (int w = 1; w < count; w++) {
      if (parked[w].get() != 0) {
        LockSupport.unpark(threads[w]);
      }
    }
    perform(task, 0);
    finish.await(0);
    this.task = NOTHING;
    long now = System.nanoTime();
    crowding.done(now - began, barrier.lateNanos() + finish.lateNanos() - lateBefore, now);
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException("workers: checked exception", e);
    }
  }

  private synchronized void fail(Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
  }

  private void perform(Task task, int worker) {
    try {
      task.run(worker);
    } catch (Barrier.Broken e) {
      // the worker that broke the barrier has said why
    } catch (Throwable e) { // also an Error must release the other workers
      fail(e);
      barrier.breakUp();
    }
  }

  private void serve(int worker) {
    int seen = 0;
    while (true) {
      awaitTask(worker, seen);
      seen = generation.get();
      if (seen < 0) {
        return;
      }
      perform(task, worker);
      finish.await(worker);
    }
  }

  private void awaitTask(int worker, int seen) {
    long deadline = System.nanoTime() + SPIN_NANOS;
    while (generation.get() == seen) {
      if (count <= Barrier.PROCESSORS && System.nanoTime() < deadline) {
        Thread.onSpinWait();
        continue;
      }
      parked[worker].set(1);
      while (generation.get() == seen) {
        LockSupport.park(this);
      }
      parked[worker].set(0);
    }
  }

  /** Ends the threads; waits for a running task. A second call does nothing. */
  @Override
  public void close() {
    if (turn.isHeldByCurrentThread()) {
      throw new IllegalStateException("workers: expected no close inside a task");
    }
    turn.lock();
    try {
      generation.set(-1);
      for (int w = 1; w < count; w++) {
        LockSupport.unpark(threads[w]);
      }
    } finally {
      turn.unlock();
    }
    boolean interrupted = false;
    for (int w = 1; w < count; w++) {
      while (threads[w].isAlive()) {
        try {
          threads[w].join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
