package dev.recurrent.spi;

/**
 * Holds what a user may ask of any backend.
 *
 * @param threads the number of threads of a backend that computes on the CPU; 0 lets it choose
 */
public record BackendOptions(int threads) {
  /** Lets the backend choose everything. */
  public static final BackendOptions DEFAULT = new BackendOptions(0);

  public BackendOptions {
    if (threads < 0 || threads > 1024) {
      throw new IllegalArgumentException("threads: expected 0 to 1024, got " + threads);
    }
  }
}
