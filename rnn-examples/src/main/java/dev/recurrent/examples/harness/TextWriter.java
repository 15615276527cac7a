package dev.recurrent.examples.harness;

import java.util.List;

/** Is a model that writes texts out of nothing but a beginning. */
public interface TextWriter {
  /**
   * Writes texts, each to its end.
   *
   * @param beginning what they all begin with; may be empty
   * @param count how many
   * @param temperature divides the logits: below 1 the likely becomes likelier, 0 always takes the
   *     likeliest
   * @param seed decides what is drawn
   */
  List<String> write(String beginning, int count, double temperature, long seed);
}
