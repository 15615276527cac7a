package dev.recurrent.spi;

/**
 * Holds what a user may ask of any backend.
 *
 * @param threads the number of threads of a backend that computes on the CPU; 0 lets it choose
 * @param precision the numbers in which matrices are multiplied; not every backend has all of them
 */
public record BackendOptions(int threads, Precision precision) {
  /** Lets the backend choose everything. */
  public static final BackendOptions DEFAULT = new BackendOptions(0);

  public BackendOptions {
    if (threads < 0 || threads > 1024) {
      throw new IllegalArgumentException("threads: expected 0 to 1024, got " + threads);
    }
  }

  /** Asks for so many threads, and for true FP32. */
  public BackendOptions(int threads) {
    this(threads, Precision.FP32);
  }
}
