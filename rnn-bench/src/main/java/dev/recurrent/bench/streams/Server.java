package dev.recurrent.bench.streams;

/** A library that has loaded a model and steps streams through it from any number of threads. */
public interface Server extends AutoCloseable {
  /** Returns the name of the library. */
  String title();

  /** Returns its version and how it is used. */
  String version();

  /** Opens what one thread uses. */
  Session open();

  @Override
  void close();

  /** The stream of one thread. */
  interface Session extends AutoCloseable {
    /** Begins another stream, at zero states. */
    void reset();

    /** Takes a step: x {@code [I]} gives {@code [H]}, which the next step may overwrite. */
    float[] step(float[] x);

    @Override
    void close();
  }
}
