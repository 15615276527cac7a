package dev.recurrent.spi;

/**
 * Owns a block of a backend's memory; freed by {@link #close()}, which may be called again.
 *
 * <p>Threads may use different storages, or different parts of one, at once.
 */
public interface Storage extends AutoCloseable {
  /** Returns the type of the elements. */
  DataType type();

  /** Returns the number of elements. */
  int size();

  @Override
  void close();
}
