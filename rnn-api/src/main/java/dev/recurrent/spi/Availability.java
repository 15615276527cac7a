package dev.recurrent.spi;

import org.jspecify.annotations.Nullable;

/** Answers whether a backend can run on this machine. */
public sealed interface Availability {
  /** The backend can be opened. */
  record Available(DeviceInfo device) implements Availability {}

  /**
   * The backend cannot be opened.
   *
   * @param reason what is missing, in one sentence
   * @param remedy what the user can do about it, in one sentence
   * @param cause the error behind it, if there is one
   */
  record Unavailable(String reason, String remedy, @Nullable Throwable cause)
      implements Availability {}
}
