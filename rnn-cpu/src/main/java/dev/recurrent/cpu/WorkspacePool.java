package dev.recurrent.cpu;

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
  /** Slots, a power of 2: what more calls at once give back is left to the garbage collector. */
  private static final int SLOTS = 16;

  /** References in a cache line or more: threads do not share lines. */
  private static final int APART = 16;

  private final Supplier<W> maker;
  private final AtomicReferenceArray<@Nullable W> idle = new AtomicReferenceArray<>(SLOTS * APART);

  /** Starts without any. */
  WorkspacePool(Supplier<W> maker) {
    this.maker = maker;
  }

  /** Returns an idle one, or a new one. */
  W take() {
    int own = ownSlot();
    for (int i = 0; i < SLOTS; i++) {
      int slot = (own + i) % SLOTS * APART;
      if (idle.getPlain(slot) != null) {
        var workspace = idle.getAndSet(slot, null);
        if (workspace != null) {
          return workspace;
        }
      }
    }
    return maker.get();
  }

  /** Takes back what {@link #take} gave and a call has used without failing. */
  void giveBack(W workspace) {
    int own = ownSlot();
    for (int i = 0; i < SLOTS; i++) {
      int slot = (own + i) % SLOTS * APART;
      if (idle.getPlain(slot) == null && idle.compareAndSet(slot, null, workspace)) {
        return;
      }
    }
  }

  /** Forgets those that are idle. */
  void clear() {
    for (int slot = 0; slot < SLOTS; slot++) {
      idle.set(slot * APART, null);
    }
  }

  private static int ownSlot() {
    return (int) Thread.currentThread().threadId() & (SLOTS - 1);
  }
}
