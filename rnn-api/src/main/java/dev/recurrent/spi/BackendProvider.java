package dev.recurrent.spi;

import java.util.Set;

/**
 * Offers a backend to {@link java.util.ServiceLoader}. Providers are cheap: their constructor does
 * nothing, and {@link #probe} loads nothing heavy and throws nothing.
 */
public interface BackendProvider {
  /** Returns the name by which users choose this backend, in lower case. */
  String name();

  /**
   * Returns the rank in an automatic choice: the available backend with the highest one is taken. A
   * backend with a negative priority is taken only when asked for by name.
   */
  int priority();

  /** Answers whether the backend can run here, and if not, why and what to do. */
  Availability probe();

  /** Returns the precisions that the backend has; by default FP32 alone. */
  default Set<Precision> precisions() {
    return Set.of(Precision.FP32);
  }

  /**
   * Opens the backend, with a precision that it has; the caller closes it.
   *
   * @throws BackendUnavailableException if it cannot be opened
   */
  Backend open(BackendOptions options);
}
