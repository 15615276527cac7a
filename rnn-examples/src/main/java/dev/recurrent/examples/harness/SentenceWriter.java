package dev.recurrent.examples.harness;

import dev.recurrent.data.Tokenizer;
import dev.recurrent.spi.RandomBits;
import java.util.List;
import java.util.function.Predicate;

/** A model that writes sentences, each to its end. */
public interface SentenceWriter extends TextWriter {
  /** The sentences that are written at once. */
  int LINES = 10;

  /**
   * Writes sentences, each to its end.
   *
   * @param beginning what they all begin with; may be empty
   * @param count how many
   * @param temperature divides the logits: below 1 the likely becomes likelier, 0 always takes the
   *     likeliest
   * @param seed decides what is drawn
   */
  List<String> write(String beginning, int count, double temperature, long seed);

  /** Writes sentences one a line, until there are as many words as wanted. */
  @Override
  default void write(Request request, Predicate<String> reader) {
    int left = request.length();
    for (int i = 0; left > 0; i++) {
      long seed = RandomBits.mix(request.seed(), i);
      for (var text : write(request.beginning(), LINES, request.temperature(), seed)) {
        if (left > 0 && !reader.test(text + System.lineSeparator())) {
          return;
        }
        left -= Math.max(1, Tokenizer.whitespace().tokens(text).size());
      }
    }
  }
}
