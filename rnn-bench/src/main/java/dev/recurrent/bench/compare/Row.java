package dev.recurrent.bench.compare;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * Holds what one run says about one {@link Work}.
 *
 * @param millis the median of a call by the title of the candidate, in milliseconds
 */
public record Row(Work work, Map<String, Double> millis) {
  /** The title of the candidate that the others are compared with. */
  public static final String OURS = "Recurrent";

  public Row {
    millis = Map.copyOf(millis);
  }

  /** Returns how many times as long as ours the named one took. */
  public OptionalDouble ratio(String peer) {
    var ours = millis.get(OURS);
    var its = millis.get(peer);
    return ours == null || its == null ? OptionalDouble.empty() : OptionalDouble.of(its / ours);
  }

  /** Returns the same against the fastest of the others. */
  public OptionalDouble ratioToBest() {
    return millis.keySet().stream()
        .filter(peer -> !peer.equals(OURS))
        .map(this::ratio)
        .flatMapToDouble(OptionalDouble::stream)
        .min();
  }

  /** Returns the speed of our matrix products. */
  public OptionalDouble gflops() {
    var ours = millis.get(OURS);
    return ours == null ? OptionalDouble.empty() : OptionalDouble.of(work.flops() / ours / 1e6);
  }
}
