package dev.recurrent.train;

/**
 * Says that the loss or the gradient is no longer a finite number; the last update was not made.
 */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  DivergedException(String message) {
    super(message);
  }
}
