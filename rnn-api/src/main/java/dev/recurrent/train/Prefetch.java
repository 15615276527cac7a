package dev.recurrent.train;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Makes the next batch on a thread of its own while the model learns from the one before: for
 * batches that take long to make, such as those read from a large file. They are the same batches
 * in the same order, and a resumed run may begin anywhere. All of them are made by that thread, so
 * what makes them need not be thread-safe; one batch is held in advance.
 *
 * <pre>{@code
 * try (var batches = Prefetch.of(Buckets.of(reviews, Review::length, order, this::batch))) {
 *   training.fit(batches, Budget.epochs(3));
 * }
 * }</pre>
 */
public final class Prefetch implements Batches, AutoCloseable {
  private final Batches source;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("prefetch").factory());
  private @Nullable Ahead ahead;

  /** Is a batch that is being made. */
  private record Ahead(int epoch, int index, Future<Batch> batch) {}

  private Prefetch(Batches source) {
    this.source = source;
  }

  /** Makes the batches of a source in advance. */
  public static Prefetch of(Batches source) {
    return new Prefetch(source);
  }

  @Override
  public int count() {
    return source.count();
  }

  /**
   * Returns a batch, and starts to make the one behind it.
   *
   * @throws RuntimeException what the source throws for this batch, not before it is asked for
   * @throws CancellationException if the calling thread is interrupted while it waits
   * @throws IllegalStateException if this is closed
   */
  @Override
  public synchronized Batch batch(int epoch, int index) {
    requireOpen();
    var next = ahead;
    if (next == null || next.epoch != epoch || next.index != index) {
      next = start(epoch, index);
    }
    ahead = null;
    var batch = get(next.batch);
    ahead = index + 1 < count() ? start(epoch, index + 1) : start(epoch + 1, 0);
    return batch;
  }

  /** Returns what the source says, once the batch is made that it is making. */
  @Override
  public synchronized int steps(int epoch, int index) {
    requireOpen();
    return get(thread.submit(() -> source.steps(epoch, index)));
  }

  @Override
  public boolean carriesState() {
    return source.carriesState();
  }

  @Override
  public String fingerprint() {
    return source.fingerprint();
  }

  private void requireOpen() {
    if (thread.isShutdown()) {
      throw new IllegalStateException("prefetch: expected to be open, got a batch asked for");
    }
  }

  private Ahead start(int epoch, int index) {
    return new Ahead(epoch, index, thread.submit(() -> source.batch(epoch, index)));
  }

  private static <T> T get(Future<T> made) {
    try {
      return made.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new IllegalStateException(e.getCause());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      var cancelled = new CancellationException("prefetch: interrupted while a batch was made");
      cancelled.initCause(e);
      throw cancelled;
    }
  }

  /** Waits for a batch that is being made, and ends the thread. */
  @Override
  public void close() {
    thread.close();
  }
}
