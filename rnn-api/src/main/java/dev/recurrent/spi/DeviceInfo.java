package dev.recurrent.spi;

/**
 * Describes where a backend computes.
 *
 * @param backend the name of the backend
 * @param device the processor or card, such as {@code 512-bit SIMD, 2 threads}
 */
public record DeviceInfo(String backend, String device) {
  @Override
  public String toString() {
    return backend + " (" + device + ")";
  }
}
