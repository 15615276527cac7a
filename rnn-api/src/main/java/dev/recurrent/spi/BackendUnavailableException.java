package dev.recurrent.spi;

import org.jspecify.annotations.Nullable;

/** Reports that a backend cannot be opened; the message says why and what to do. */
public final class BackendUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; {@code cause} is the error behind it, if there is one. */
  public BackendUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
