package dev.recurrent.bench.streams;

/** How often each latency was seen, in buckets that are 3 % wide. */
final class Latencies {
  private static final int BITS = 5; // of the mantissa that a bucket keeps
  private static final int IN_OCTAVE = 1 << BITS;

  private final long[] counts = new long[(Long.SIZE - BITS) * IN_OCTAVE];
  private long all;

  /** Adds one. */
  void add(long nanos) {
    counts[bucket(nanos)]++;
    all++;
  }

  /** Adds all of another thread. */
  void add(Latencies other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    all += other.all;
  }

  /** Returns the nanoseconds that the given share of all took at most. */
  double quantile(double share) {
    if (all == 0) {
      throw new IllegalStateException("latencies: expected at least one, got none");
    }
    long seen = 0;
    int bucket = -1;
    while (seen < share * all) {
      bucket++;
      seen += counts[bucket];
    }
    return (lowest(bucket) + lowest(bucket + 1)) / 2.0;
  }

  private static int bucket(long nanos) {
    if (nanos < IN_OCTAVE) {
      return (int) Math.max(0, nanos);
    }
    int shift = Long.SIZE - 1 - BITS - Long.numberOfLeadingZeros(nanos);
    return (shift + 1) * IN_OCTAVE + (int) (nanos >>> shift) - IN_OCTAVE;
  }

  private static double lowest(int bucket) {
    int octave = bucket / IN_OCTAVE;
    return octave == 0 ? bucket : Math.scalb((double) IN_OCTAVE + bucket % IN_OCTAVE, octave - 1);
  }
}
