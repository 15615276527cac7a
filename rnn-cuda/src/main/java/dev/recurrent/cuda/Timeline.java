package dev.recurrent.cuda;

import dev.recurrent.cuda.Slot.Cursor;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.SequenceLayout;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.List;

/**
 * Says in which order the steps of a batch are taken and where a history keeps each state.
 *
 * <p>A history holds the states between steps in slots: slot t is the state between steps t - 1 and
 * t, whatever the direction. Slot 0 comes first, with a row for each sequence that has a step; the
 * others follow as the packed rows of the step before them.
 */
final class Timeline {
  private final SequenceLayout layout;
  private final boolean forward;
  private final int firstRows;

  Timeline(SequenceLayout layout, Direction direction) {
    this.layout = layout;
    forward = direction == Direction.FORWARD;
    firstRows = running(0);
  }

  SequenceLayout layout() {
    return layout;
  }

  boolean isForward() {
    return forward;
  }

  int steps() {
    return layout.steps();
  }

  /** Returns the time of the {@code k}-th step to be taken. */
  int time(int k) {
    return forward ? k : steps() - 1 - k;
  }

  /** Returns the number of rows of a history. */
  int historyRows() {
    return firstRows + layout.totalRows();
  }

  /** Returns the first row of a slot. */
  int slot(int t) {
    return t == 0 ? 0 : firstRows + layout.rowStart(t - 1);
  }

  /** Returns the number of sequences that run at step t; none after the last. */
  int running(int t) {
    return t < layout.steps() ? layout.batchSize(t) : 0;
  }

  /** Returns the slot in which sequences of the given length, at least 1, start. */
  int initialSlot(int length) {
    return forward ? 0 : slot(length);
  }

  /** Returns the slot in which sequences of the given length, at least 1, end. */
  int finalSlot(int length) {
    return forward ? slot(length) : 0;
  }

  /**
   * Says what a loop over all steps depends on.
   *
   * @param variant tells loops of the same kernels apart
   * @param numbers addresses apart from those of slots and parameters
   */
  TimeLoops.Loop loop(
      List<DeviceMatrix> parameters, List<Slot> slots, int variant, List<Long> numbers) {
    var shape = IntBuffer.allocate(steps() + 3);
    shape.put(variant).put(forward ? 1 : 0).put(layout.batch());
    for (int t = 0; t < steps(); t++) {
      shape.put(layout.batchSize(t));
    }
    var addresses = LongBuffer.allocate(2 * (parameters.size() + slots.size()) + numbers.size());
    numbers.forEach(addresses::put);
    for (var parameter : parameters) {
      addresses.put(parameter.address()).put(parameter.stride());
    }
    for (var slot : slots) {
      addresses.put(slot.address()).put(slot.stride());
    }
    return new TimeLoops.Loop(steps(), shape.flip(), addresses.flip());
  }

  /** Moves to the step at time t. */
  void moveTo(int t, Cursor at) {
    at.rows = layout.batchSize(t);
    at.packed = layout.rowStart(t);
    at.previous = slot(forward ? t : t + 1);
    at.next = slot(forward ? t + 1 : t);
  }
}
