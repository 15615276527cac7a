package dev.recurrent.examples.text;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Holds the texts of a run.
 *
 * @param training what trains
 * @param validation what chooses the best epoch
 * @param test what gives the score, or null for none
 */
public record Texts(Text training, Text validation, @Nullable Text test) {

  /**
   * Parts the first text where no other one is given to validate.
   *
   * @param validation null for the last tenth of the data
   */
  public static Texts of(
      TokenKind kind, Text data, @Nullable Text validation, @Nullable Text test) {
    if (validation != null) {
      return new Texts(data, validation, test);
    }
    var parts = data.split(kind);
    return new Texts(parts.get(0), parts.get(1), test);
  }

  /** Returns what tells whether the texts are still the same. */
  public String sha256() {
    var all = new ArrayList<>(List.of(training, validation));
    if (test != null) {
      all.add(test);
    }
    return Text.sha256(all);
  }
}
