package dev.recurrent.cpu;

import org.jspecify.annotations.Nullable;

/** Code that was generated at run time, and its rehearsal. */
abstract class GeneratedCode {
  private @Nullable Rehearsal rehearsal;

  /** Gives the code its rehearsal, before any other thread sees it. */
  final void rehearse(Rehearsal.Code code) {
    rehearsal = new Rehearsal(code);
  }

  /** Says how much work is coming, in vector operations; returns whether C2 may be waited for. */
  final boolean expect(long operations) {
    if (rehearsal == null || rehearsal.isOver()) {
      return false;
    }
    rehearsal.expect(operations);
    return true;
  }

  /** Says how much work is about to be done, in vector operations, and waits for C2 if worth it. */
  final void prepare(long operations) {
    if (expect(operations)) {
      await();
    }
  }

  /** Waits until C2 has compiled the code, if the expected work is worth it. */
  final void await() {
    if (rehearsal != null) {
      rehearsal.await();
    }
  }
}
