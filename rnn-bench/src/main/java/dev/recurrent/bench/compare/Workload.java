package dev.recurrent.bench.compare;

/** Is a library with everything ready to do one {@link Work}. */
interface Workload extends AutoCloseable {
  /** Does the work once; all of it is done when the call returns. */
  void run();

  /** Tells whether the output of the last run is finite. */
  boolean isFinite();

  @Override
  void close();

  /** Says that a library has nothing to time here. */
  final class UnsupportedWorkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnsupportedWorkException(String message) {
      super(message);
    }
  }
}
