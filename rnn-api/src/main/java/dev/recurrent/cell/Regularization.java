package dev.recurrent.cell;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Says by which random masks a cell's equations are regularised.
 *
 * @param zoneout by state, the probability that a unit keeps its value; all above 0
 * @param recurrentDropout the probability that weights do not see a unit of a state
 */
record Regularization(Map<String, Double> zoneout, double recurrentDropout) {
  static final Regularization NONE = new Regularization(Map.of(), 0);

  Regularization {
    zoneout = Map.copyOf(zoneout);
  }

  Regularization withZoneout(String state, double rate) {
    var rates = new TreeMap<>(zoneout);
    rates.put(state, rate);
    rates.values().removeIf(r -> r == 0);
    return new Regularization(rates, recurrentDropout);
  }

  Regularization withRecurrentDropout(double rate) {
    return new Regularization(zoneout, rate);
  }

  double zoneoutOf(String state) {
    return zoneout.getOrDefault(state, 0.0);
  }

  /** Returns what is added to a cell's name where it computes something else outside training. */
  String suffix() {
    return zoneout.isEmpty()
        ? ""
        : new TreeMap<>(zoneout)
            .entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(",", "+zoneout(", ")"));
  }
}
