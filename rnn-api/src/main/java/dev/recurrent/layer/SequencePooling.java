package dev.recurrent.layer;

import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.Locale;

/**
 * Reduces sequences to one row each, in a way that is chosen by its name: many-to-one. Row i of the
 * result {@code [B, columns]} belongs to the caller's sequence i.
 *
 * <p>Threads: see {@link Layer}.
 */
public abstract sealed class SequencePooling extends Layer permits AttentionPooling, PlainPooling {

  SequencePooling() {}

  /** Says how steps become one row. */
  public enum Kind {
    /** The last step; of both directions of a recurrent layer, what each has seen at its end. */
    LAST,
    /** The mean of the steps. */
    MEAN,
    /** The largest value of each column. */
    MAX,
    /** A weighted mean whose weights are learnt, see {@link AttentionPooling}. */
    ATTENTION;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Creates a pooling of steps of so many columns. */
  public static SequencePooling of(Kind kind, int columns) {
    return kind == Kind.ATTENTION
        ? AttentionPooling.of(columns, columns)
        : new PlainPooling(kind, columns);
  }

  /** Reduces steps: x {@code [N, columns]} gives {@code [B, columns]}. */
  public abstract Tensor on(Tape tape, Tensor x);

  /** Reduces what a recurrent layer has made of sequences. */
  public Tensor on(Tape tape, RecurrentResult result) {
    return on(tape, result.output());
  }
}
