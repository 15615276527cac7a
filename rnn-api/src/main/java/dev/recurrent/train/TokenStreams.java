package dev.recurrent.train;

import dev.recurrent.CheckReturnValue;
import dev.recurrent.spi.HeapRoom;
import dev.recurrent.tape.Sequences;

/**
 * Cuts one long text of tokens into parallel streams that are read side by side: stream b is the
 * b-th part, and the target of each token is the next one. An epoch is one batch of all streams,
 * which truncated back-propagation cuts into windows, carrying the state from one to the next. The
 * tokens are held in one byte each where there are at most 256 different ones, in two where there
 * are at most 65,536; those of a window are made when it is its turn.
 */
@CheckReturnValue
public final class TokenStreams implements Batches {
  private final PackedTokens tokens;
  private final int streams;
  private final int length;
  private final Batch batch;

  private TokenStreams(PackedTokens tokens, int streams, int length, int steps) {
    this.tokens = tokens;
    this.streams = streams;
    this.length = length;
    batch = Batch.of(timeMajor(0, steps), timeMajor(1, steps));
  }

  /**
   * Cuts a text into streams of equal length; what is left over at the end, less than one token for
   * each stream, is not used.
   *
   * @throws IllegalArgumentException if the text is too short for one step of each stream
   */
  public static TokenStreams of(int[] tokens, int streams) {
    if (streams < 1) {
      throw new IllegalArgumentException("streams: expected at least 1, got " + streams);
    }
    int length = (tokens.length - 1) / streams;
    if (tokens.length < 2 || length < 1) {
      throw new IllegalArgumentException(
          "text: expected at least "
              + (streams + 1L)
              + " tokens for "
              + streams
              + " streams, got "
              + tokens.length);
    }
    return new TokenStreams(PackedTokens.of(tokens), streams, length, length);
  }

  /**
   * Returns the same streams cut to a multiple of the given window, so that all windows are equal.
   *
   * @throws IllegalArgumentException if a stream is shorter than one window
   */
  public TokenStreams windows(int steps) {
    if (steps < 1 || steps > length) {
      throw new IllegalArgumentException(
          "text: expected streams of at least one window of "
              + steps
              + " steps, that is "
              + ((long) Math.max(1, steps) * streams + 1)
              + " tokens, got "
              + tokens.length());
    }
    return new TokenStreams(tokens, streams, length, length / steps * steps);
  }

  /** Returns the number of tokens that are predicted in an epoch. */
  public long targets() {
    return (long) batch.steps() * streams;
  }

  @Override
  public int count() {
    return 1;
  }

  @Override
  public Batch batch(int epoch, int index) {
    return batch;
  }

  @Override
  public boolean carriesState() {
    return true;
  }

  @Override
  public String fingerprint() {
    return "%d streams of %d tokens, hash %08x".formatted(streams, batch.steps(), tokens.hash());
  }

  private Sequences timeMajor(int shift, int steps) {
    int rows = Math.multiplyExact(steps, streams);
    Sequences.TokenSource source = (t, b) -> tokens.get(b * length + t + shift);
    if (!tokens.mayBeNegative()) {
      return Sequences.timeMajor(source, steps, streams);
    }
    var packed = new int[HeapRoom.elements(rows, 1)];
    for (int row = 0; row < rows; row++) {
      packed[row] = source.token(row / streams, row % streams);
    }
    return Sequences.timeMajor(packed, steps, streams);
  }
}
