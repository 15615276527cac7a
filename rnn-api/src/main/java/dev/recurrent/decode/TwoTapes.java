package dev.recurrent.decode;

import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Tape;

/**
 * Gives a tape for each step by turns, so that a step can read the tensors of the one before, and
 * memory does not grow with the number of steps.
 */
final class TwoTapes implements AutoCloseable {
  private final Tape even;
  private final Tape odd;
  private boolean isOdd;

  TwoTapes(Backend backend) {
    even = Tape.inference(backend);
    odd = Tape.inference(backend);
  }

  /** Returns the tape of the next step; what the step before the last made is freed. */
  Tape next() {
    isOdd = !isOdd;
    var tape = isOdd ? odd : even;
    tape.reset();
    return tape;
  }

  @Override
  public void close() {
    even.close();
    odd.close();
  }
}
