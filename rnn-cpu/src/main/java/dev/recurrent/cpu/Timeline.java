package dev.recurrent.cpu;

import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.SequenceLayout;

/**
 * Says in which order the steps of a batch are taken and where each state is kept.
 *
 * <p>A history holds the states between steps in slots: slot t is the state between steps t - 1 and
 * t, whatever the direction. Where all of it is kept, the slots are packed such that the states
 * after the steps (before them, in reverse) are the packed rows; otherwise two slots take turns.
 */
final class Timeline {
  private final SequenceLayout layout;
  private final Direction direction;
  private final boolean whole;
  private final int firstRows;

  Timeline(SequenceLayout layout, Direction direction, boolean whole) {
    this.layout = layout;
    this.direction = direction;
    this.whole = whole;
    firstRows = layout.steps() == 0 ? 0 : layout.batchSize(0);
  }

  SequenceLayout layout() {
    return layout;
  }

  /** Tells whether this is the timeline of the very same layout object. */
  @SuppressWarnings("ReferenceEquality") // comparing the contents would cost more than a new one
  boolean isOf(SequenceLayout otherLayout, Direction otherDirection) {
    return layout == otherLayout && direction == otherDirection;
  }

  boolean isForward() {
    return direction == Direction.FORWARD;
  }

  int steps() {
    return layout.steps();
  }

  /** Returns the time of the {@code k}-th step to be taken. */
  int time(int k) {
    return isForward() ? k : layout.steps() - 1 - k;
  }

  /** Returns the number of rows of a history. */
  int historyRows() {
    return whole ? firstRows + layout.totalRows() : 2 * layout.batch();
  }

  /** Returns the first row of a slot. */
  int slot(int t) {
    if (!whole) {
      return (t & 1) * layout.batch();
    }
    return t == 0 ? 0 : firstRows + layout.rowStart(t - 1);
  }

  /** Returns the slot before the step at time t. */
  int previousSlot(int t) {
    return slot(isForward() ? t : t + 1);
  }

  /** Returns the slot after the step at time t. */
  int nextSlot(int t) {
    return slot(isForward() ? t + 1 : t);
  }

  /** Returns the row of a history in which sorted row b finds its initial state. */
  int initialRow(int b) {
    return slot(isForward() ? 0 : layout.sortedLength(b)) + b;
  }

  /** Returns the row of a history with the final state of sorted row b, whose length is not 0. */
  int finalRow(int b) {
    return slot(isForward() ? layout.sortedLength(b) : 0) + b;
  }

  /**
   * Returns which half of the gradients holds that of sorted row b when all steps are taken back.
   */
  int gradientHalf(int b) {
    return (isForward() ? layout.steps() : layout.sortedLength(b)) & 1;
  }

  /** Returns the number of sequences with at least one step. */
  int firstRows() {
    return firstRows;
  }

  /** Returns the first row of the states before all steps, where they are adjacent. */
  int firstPreviousRow() {
    return isForward() ? 0 : firstRows;
  }

  /** Tells whether the states before all steps are adjacent rows. */
  boolean previousIsContiguous() {
    return !isForward() || layout.isUniform();
  }

  /** Returns the number of steps, from the {@code k}-th on, whose rows make a chunk. */
  int chunkSteps(int k, int rows) {
    int count = 0;
    int sum = 0;
    while (k + count < layout.steps()) {
      sum += layout.batchSize(time(k + count));
      if (count > 0 && sum > rows) {
        break;
      }
      count++;
    }
    return count;
  }

  /** Returns the first packed row of the chunk of {@code count} steps from the k-th on. */
  int chunkStart(int k, int count) {
    return layout.rowStart(isForward() ? time(k) : time(k + count - 1));
  }

  /** Returns the number of packed rows of a chunk. */
  int chunkRows(int k, int count) {
    int last = isForward() ? time(k + count - 1) : time(k);
    return layout.rowStart(last + 1) - chunkStart(k, count);
  }
}
