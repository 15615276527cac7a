package dev.recurrent.layer;

import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.tape.Tensor;

/**
 * Holds what queries attend to: for each source sequence its keys and values, projected once and
 * laid out sequence after sequence. Made by {@link Attention#memory}; lives as long as the pass of
 * the tape that made it.
 *
 * <p>Belongs to the pass of a tape, and so to its thread.
 */
public final class AttentionMemory {
  private final Tensor keys; // [N, D], sequence after sequence
  private final Tensor values; // [N, V], sequence after sequence
  private final int[] starts; // [B + 1], by the caller's index

  AttentionMemory(Tensor keys, Tensor values, int[] starts) {
    this.keys = keys;
    this.values = values;
    this.starts = starts;
  }

  /** Puts packed rows one sequence after the other, in the caller's order. */
  static Tensor sequenceAfterSequence(Tensor packed) {
    var layout = packed.sequenceLayout();
    var starts = starts(layout);
    var rows = new int[layout.totalRows()];
    for (int i = 0; i < layout.batch(); i++) {
      int start = starts[layout.originalIndex(i)];
      for (int t = 0; t < layout.sortedLength(i); t++) {
        rows[start + t] = layout.rowStart(t) + i;
      }
    }
    return packed.gatherRows(rows);
  }

  /** Returns where each sequence starts among all rows, and behind the last one their number. */
  static int[] starts(SequenceLayout layout) {
    var starts = new int[layout.batch() + 1];
    for (int i = 0; i < layout.batch(); i++) {
      starts[layout.originalIndex(i) + 1] = layout.sortedLength(i);
    }
    for (int b = 0; b < layout.batch(); b++) {
      starts[b + 1] += starts[b];
    }
    return starts;
  }

  /** Returns the number of source sequences. */
  public int batch() {
    return starts.length - 1;
  }

  /** Returns the number of steps of the caller's source sequence {@code b}. */
  public int length(int b) {
    return starts[b + 1] - starts[b];
  }

  int start(int b) {
    return starts[b];
  }

  Tensor keys() {
    return keys;
  }

  Tensor values() {
    return values;
  }
}
