package dev.recurrent.examples.bench;

import java.util.ArrayList;
import java.util.List;

/** Takes the median time of a call, after a warm-up that is long enough for the JIT compilers. */
public final class Stopwatch {
  private static final int LEAST_CALLS = 5;

  /** Fewer calls than these leave code uncompiled, however long they take. */
  private static final int LEAST_WARM_UP_CALLS = 30;

  /** A warm-up that still lacks calls after so many times its seconds ends all the same. */
  private static final int LONGEST_WARM_UP = 4;

  private Stopwatch() {}

  /**
   * Is the outcome of a measurement.
   *
   * @param calls the number of calls that were timed
   */
  public record Timing(double medianMs, double bestMs, int calls, int warmUpCalls) {}

  /** Calls {@code work} for the given seconds each, first to warm up and then to take times. */
  public static Timing measure(Runnable work, double warmUpSeconds, double seconds) {
    int warmUp = times(work, warmUpSeconds, LEAST_CALLS).size();
    if (warmUp < LEAST_WARM_UP_CALLS) {
      double most = warmUpSeconds * (LONGEST_WARM_UP - 1);
      long start = System.nanoTime();
      while (warmUp < LEAST_WARM_UP_CALLS && System.nanoTime() - start < most * 1e9) {
        work.run();
        warmUp++;
      }
    }
    var times = times(work, seconds, LEAST_CALLS).stream().sorted().toList();
    int middle = times.size() / 2;
    double median =
        times.size() % 2 == 1 ? times.get(middle) : (times.get(middle - 1) + times.get(middle)) / 2;
    return new Timing(median, times.getFirst(), times.size(), warmUp);
  }

  private static List<Double> times(Runnable work, double seconds, int least) {
    var times = new ArrayList<Double>();
    long start = System.nanoTime();
    while (times.size() < least || System.nanoTime() - start < seconds * 1e9) {
      long before = System.nanoTime();
      work.run();
      times.add((System.nanoTime() - before) * 1e-6);
    }
    return times;
  }
}
