package dev.recurrent.bench.streams;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Times streams of random steps: each thread runs one stream after the other through a session of
 * its own. The output of each stream must have the bits that one thread got for it.
 */
final class StreamsRun {
  private static final int SEQUENCES = 8;

  private final Plan plan;
  private final float[][][] inputs; // [sequences][steps][I]

  /**
   * How long to run.
   *
   * @param steps of a stream
   * @param warmup seconds before the timing
   * @param seconds of the timing
   */
  record Plan(int steps, double warmup, double seconds) {
    Plan {
      if (steps < 1 || !(warmup >= 0) || !(seconds > 0)) {
        throw new IllegalArgumentException(
            "steps, warm-up, seconds: expected more than 0, got "
                + List.of(steps, warmup, seconds));
      }
    }
  }

  /**
   * What a number of threads has done.
   *
   * @param streams streams a second, of all threads together
   * @param p50 microseconds that half of all steps took at most
   * @param p99 microseconds that 99 % of all steps took at most
   */
  record Result(int threads, double streams, double p50, double p99) {}

  private record Share(double streamsPerSecond, Latencies latencies) {}

  StreamsRun(Plan plan, int inputSize) {
    this.plan = plan;
    inputs = new float[SEQUENCES][plan.steps()][inputSize];
    var random = new SplittableRandom(1);
    for (var sequence : inputs) {
      for (var step : sequence) {
        for (int i = 0; i < inputSize; i++) {
          step[i] = (float) random.nextDouble(-1, 1);
        }
      }
    }
  }

  /** Returns the outputs after each sequence, {@code [sequences][H]}, by one thread. */
  float[][] outputs(Server server) {
    var outputs = new float[SEQUENCES][];
    try (var session = server.open()) {
      for (int s = 0; s < SEQUENCES; s++) {
        session.reset();
        for (var step : inputs[s]) {
          outputs[s] = session.step(step).clone();
        }
      }
    }
    return outputs;
  }

  /**
   * Times a server with so many threads.
   *
   * @throws IllegalStateException if a thread computes other bits than one thread alone
   */
  Result time(Server server, int threads) {
    var expected = outputs(server);
    var start = new CyclicBarrier(threads);
    var shares = new ArrayList<Future<Share>>();
    try (var executor = Executors.newFixedThreadPool(threads)) {
      for (int t = 0; t < threads; t++) {
        int first = t;
        shares.add(
            executor.submit(
                () -> {
                  try {
                    return share(server, expected, start, first);
                  } catch (RuntimeException e) {
                    start.reset(); // the others do not wait for this one
                    throw e;
                  }
                }));
      }
    }
    double streams = 0;
    var latencies = new Latencies();
    for (var share : shares) {
      streams += result(share).streamsPerSecond();
      latencies.add(result(share).latencies());
    }
    return new Result(
        threads, streams, latencies.quantile(0.5) * 1e-3, latencies.quantile(0.99) * 1e-3);
  }

  private static Share result(Future<Share> share) {
    try {
      return share.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException("streams: " + e.getMessage(), e);
    }
  }

  private Share share(Server server, float[][] expected, CyclicBarrier start, int first) {
    try (var session = server.open()) {
      int stream = first;
      var warm = new Latencies();
      for (long end = in(plan.warmup()); System.nanoTime() < end; stream++) {
        run(session, stream % SEQUENCES, expected, warm);
      }
      start.await();
      var latencies = new Latencies();
      int streams = 0;
      long began = System.nanoTime();
      long end = in(plan.seconds());
      while (streams == 0 || System.nanoTime() < end) {
        run(session, stream++ % SEQUENCES, expected, latencies);
        streams++;
      }
      return new Share(streams * 1e9 / (System.nanoTime() - began), latencies);
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException("another thread has failed or was interrupted", e);
    }
  }

  private static long in(double seconds) {
    return System.nanoTime() + (long) (seconds * 1e9);
  }

  private void run(Server.Session session, int sequence, float[][] expected, Latencies latencies) {
    session.reset();
    float[] y = {};
    for (var step : inputs[sequence]) {
      long before = System.nanoTime();
      y = session.step(step);
      latencies.add(System.nanoTime() - before);
    }
    if (!java.util.Arrays.equals(expected[sequence], y)) {
      throw new IllegalStateException("expected the bits of one thread, got others");
    }
  }
}
