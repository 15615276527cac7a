package dev.recurrent.cpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the working memory of calls between them: a call takes one, which is its own until it gives
 * it back. No call waits for another: where none is idle a new one is made. A thread finds the one
 * that it gave back last, which is in its processor's cache. Thread-safe.
 *
 * @param <W> what a call works with
 */
final class WorkspacePool<W> {
  /** Slots, a power of 2: what more calls at once take is left to the garbage collector. */
  private static final int SLOTS = 16;

  private static final VarHandle BUSY = busy();

  private final Supplier<W> maker;
  private final AtomicReferenceArray<@Nullable Lease<W>> slots = new AtomicReferenceArray<>(SLOTS);

  /** Starts without any. */
  WorkspacePool(Supplier<W> maker) {
    this.maker = maker;
  }

  /** The working memory of one call at a time; closing it gives it back, also after a failure. */
  static final class Lease<W> implements AutoCloseable {
    private final W workspace;
    private int busy = 1; // 0 while nobody has it

    private Lease(W workspace) {
      this.workspace = workspace;
    }

    W workspace() {
      return workspace;
    }

    @Override
    public void close() {
      BUSY.setRelease(this, 0);
    }
  }

  /** Returns an idle one, or a new one. */
  Lease<W> take() {
    int own = (int) Thread.currentThread().threadId() & (SLOTS - 1);
    for (int i = 0; i < SLOTS; i++) {
      int slot = (own + i) & (SLOTS - 1);
      var lease = slots.getAcquire(slot);
      if (lease == null) {
        return keep(slot);
      }
      if (lease.busy == 0 && BUSY.compareAndSet(lease, 0, 1)) {
        return lease;
      }
    }
    return new Lease<>(maker.get());
  }

  /** Makes a new one, and keeps it if the slot is still empty. */
  private Lease<W> keep(int slot) {
    var lease = new Lease<>(maker.get());
    slots.compareAndSet(slot, null, lease);
    return lease;
  }

  /** Forgets all; calls in flight go on with theirs. */
  void clear() {
    for (int slot = 0; slot < SLOTS; slot++) {
      slots.set(slot, null);
    }
  }

  private static VarHandle busy() {
    try {
      return MethodHandles.lookup().findVarHandle(Lease.class, "busy", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
