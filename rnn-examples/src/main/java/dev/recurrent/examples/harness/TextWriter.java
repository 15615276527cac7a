package dev.recurrent.examples.harness;

import java.util.function.Predicate;

/** A model that writes text out of nothing but a beginning. */
public interface TextWriter {
  /**
   * What is to be written.
   *
   * @param beginning what the text begins with; may be empty
   * @param length how many tokens are to be written
   * @param temperature divides the logits: below 1 the likely becomes likelier, 0 always takes the
   *     likeliest
   * @param seed decides what is drawn
   */
  record Request(String beginning, int length, double temperature, long seed) {}

  /**
   * Writes a text piece by piece, with its beginning.
   *
   * @param reader takes each piece, and says whether it wants more
   */
  void write(Request request, Predicate<String> reader);
}
