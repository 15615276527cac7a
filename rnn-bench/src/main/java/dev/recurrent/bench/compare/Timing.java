package dev.recurrent.bench.compare;

import java.util.ArrayList;
import java.util.List;

/** Times a workload after it is warm. */
record Timing(double medianMillis, int calls) {
  private static final int LEAST_CALLS = 3;

  /** Seconds after which even a slow call counts as warm. */
  private static final double LONGEST_WARMUP = 3;

  /** Runs a workload for some seconds to warm up, checks its result, and runs it for some more. */
  static Timing of(Workload workload, double warmup, double seconds) {
    long start = System.nanoTime();
    for (int calls = 0; ; calls++) {
      double elapsed = (System.nanoTime() - start) * 1e-9;
      if ((calls >= LEAST_CALLS && elapsed >= warmup) || elapsed > LONGEST_WARMUP + warmup) {
        break;
      }
      workload.run();
    }
    if (!workload.isFinite()) {
      throw new IllegalStateException("its output is not finite");
    }
    var times = new ArrayList<Double>();
    start = System.nanoTime();
    while (times.size() < LEAST_CALLS || (System.nanoTime() - start) * 1e-9 < seconds) {
      long before = System.nanoTime();
      workload.run();
      times.add((System.nanoTime() - before) * 1e-6);
    }
    return new Timing(median(times), times.size());
  }

  /** Returns the median. */
  static double median(List<Double> values) {
    var sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
