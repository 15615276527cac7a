package dev.recurrent.cpu;

/**
 * Makes backends that never leave the work to one worker, as a crowded machine or new code does.
 */
final class AllWorkers {
  private AllWorkers() {}

  static CpuBackend backend(int threads) {
    return new CpuBackend(new Workers(threads, new Crowding(threads, 0)));
  }
}
