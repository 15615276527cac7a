package dev.recurrent.cpu;

import java.util.List;

/** The passes of one plan, which are rehearsed together. Thread-safe. */
final class PassGroup {
  private final List<PassPlan> passes;
  private volatile boolean over; // all rehearsals are

  PassGroup(List<PassPlan> passes) {
    this.passes = List.copyOf(passes);
  }

  /** Says for how many rows the passes are about to run, so that C2 is asked for them. */
  void expect(long rows) {
    if (over) {
      return;
    }
    boolean open = false;
    for (var pass : passes) {
      open |= pass.expect(rows);
    }
    over = !open;
  }

  /** Waits until C2 has compiled the passes, if the expected rows are worth it. */
  void await() {
    if (!over) {
      passes.forEach(PassPlan::await);
    }
  }
}
