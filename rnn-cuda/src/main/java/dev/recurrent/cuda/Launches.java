package dev.recurrent.cuda;

import dev.recurrent.cuda.driver.Driver.LaunchShape;

/** Chooses the size of launches; it depends on the shape of the work alone, never on the device. */
final class Launches {
  private static final int THREADS = 256;
  private static final int SQUARES_BLOCKS = 256;

  private Launches() {}

  /** For kernels with a thread for each element. */
  static LaunchShape elements(int rows, int columns) {
    long elements = (long) rows * columns;
    return new LaunchShape((int) ((elements + THREADS - 1) / THREADS), THREADS, 0);
  }

  /** For kernels with a block for each row of the given width. */
  static LaunchShape rows(int rows, int columns) {
    int threads = 32;
    while (threads < THREADS && threads < columns) {
      threads *= 2;
    }
    return new LaunchShape(rows, threads, 4 * threads);
  }

  /** For {@code sum_rows}: a block for each 32 columns. */
  static LaunchShape columns(int rows, int columns) {
    int threads = rows <= 8 ? 32 : THREADS;
    return new LaunchShape((columns + 31) / 32, threads, 4 * threads);
  }

  /** For sums over all elements, in two steps: at most one block for each partial sum. */
  static LaunchShape partialSums(int rows, int columns) {
    long elements = (long) rows * columns;
    int threads = elements <= 64 ? 32 : THREADS;
    long blocks = Math.min(SQUARES_BLOCKS, (elements + 4L * threads - 1) / (4L * threads));
    return new LaunchShape((int) blocks, threads, 4 * threads);
  }
}
