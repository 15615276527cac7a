package dev.recurrent.train;

/**
 * Says that the loss or the gradient is no longer a finite number, and at which update. The model
 * is as before that update. On a backend that works asynchronously the numbers are read later, and
 * at the latest every 64 updates and before each checkpoint and validation: the model is then as it
 * was when they were last found good, and the message says after which update.
 */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  DivergedException(String message) {
    super(message);
  }
}
