package dev.recurrent.examples.harness;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Is what a model makes of one example.
 *
 * @param fields what {@code ./rnn predict} writes, in this order: text, whole numbers or real
 *     numbers
 * @param statistics the example's row of numbers for each score of the task, in their order; empty
 *     where the example has no target
 */
public record Outcome(Map<String, Object> fields, List<double[]> statistics) {

  /** Keeps the order of the fields. */
  public Outcome {
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    statistics = List.copyOf(statistics);
  }

  /** Returns the outcome of an example whose target is not known. */
  public static Outcome of(Map<String, Object> fields) {
    return new Outcome(fields, List.of());
  }

  /** Returns what only counts for the scores. */
  public static Outcome of(double[]... statistics) {
    return new Outcome(Map.of(), List.of(statistics));
  }
}
