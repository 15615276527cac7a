package dev.recurrent.cuda;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one platform thread that talks to a device: a CUDA context belongs to a thread. A caller
 * waits for its task, which as a rule only hands work over to the device; both sides spin for a
 * moment before they park, since a training step is many short tasks.
 */
final class DeviceThread implements AutoCloseable {
  private static final long SPIN_NANOS = 20_000;

  private final Thread thread;
  private volatile @Nullable Task<?> task;
  private volatile boolean closing;

  DeviceThread(String name) {
    thread = Thread.ofPlatform().daemon().name(name).start(this::loop);
  }

  /** A task and what became of it. */
  private static final class Task<T> {
    private final Supplier<T> work;
    private final Thread caller = Thread.currentThread();
    private @Nullable T result;
    private @Nullable Throwable failure;
    private volatile boolean done;

    Task(Supplier<T> work) {
      this.work = work;
    }

    void run() {
      try {
        result = work.get();
      } catch (Throwable e) { // it belongs to the caller, whatever it is
        failure = e;
      }
      done = true;
      LockSupport.unpark(caller);
    }
  }

  /** Runs a task on the thread and returns its result, or throws what it threw. */
  @SuppressWarnings("NullAway") // the result is what the supplier returned
  <T> T call(Supplier<T> work) {
    if (Thread.currentThread() == thread) {
      return work.get();
    }
    var own = new Task<>(work);
    synchronized (this) { // a second caller waits for its turn
      if (closing) {
        throw new IllegalStateException("backend: expected an open one, got a closed one");
      }
      task = own;
      LockSupport.unpark(thread);
      await(own);
    }
    switch (own.failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
    return own.result;
  }

  private static void await(Task<?> own) {
    boolean interrupted = false;
    long start = System.nanoTime();
    while (!own.done) {
      if (System.nanoTime() - start < SPIN_NANOS) {
        Thread.onSpinWait();
      } else {
        LockSupport.park(own);
        interrupted |= Thread.interrupted();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void loop() {
    long start = System.nanoTime();
    while (true) {
      var next = task;
      if (next != null) {
        task = null;
        next.run();
        start = System.nanoTime();
      } else if (closing) {
        return;
      } else if (System.nanoTime() - start < SPIN_NANOS) {
        Thread.onSpinWait();
      } else {
        LockSupport.park(this);
      }
    }
  }

  /** Ends the thread. */
  @Override
  public synchronized void close() {
    closing = true;
    LockSupport.unpark(thread);
  }
}
