package dev.recurrent.spi;

/**
 * Allocates a backend's memory and copies between it and Java arrays. Offsets and lengths count
 * elements. A storage of another backend, of the other type, or a range outside it is refused with
 * {@link IllegalArgumentException} or {@link IndexOutOfBoundsException}.
 *
 * <p>Thread-safe for different storages, or different parts of one.
 */
public interface Memory {
  /** Allocates elements whose values are 0. */
  Storage allocate(DataType type, int size);

  /** Copies {@code values[from, from + length)} into a FLOAT32 storage at {@code offset}. */
  void write(Storage storage, int offset, float[] values, int from, int length);

  /** Copies {@code values[from, from + length)} into an INT32 storage at {@code offset}. */
  void write(Storage storage, int offset, int[] values, int from, int length);

  /** Copies from a FLOAT32 storage into {@code values[to, to + length)}; waits for pending work. */
  void read(Storage storage, int offset, float[] values, int to, int length);

  /** Copies from an INT32 storage into {@code values[to, to + length)}; waits for pending work. */
  void read(Storage storage, int offset, int[] values, int to, int length);
}
