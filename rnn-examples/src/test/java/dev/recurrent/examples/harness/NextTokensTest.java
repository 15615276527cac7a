package dev.recurrent.examples.harness;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.Vocabulary;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class NextTokensTest {
  private static final NextTokens<String> TEXTS =
      new NextTokens<>(
          Vocabulary.of(List.of("a", "b"))
              .withSpecials(Vocabulary.UNKNOWN, Vocabulary.BEGIN, Vocabulary.END),
          Tokenizer.whitespace(),
          text -> text);

  @Test
  void perplexityCountsTheTokensOfATextAndItsEnd() {
    var texts = List.of("a b a", "", "c");
    assertEquals(4 + 1 + 2, TEXTS.batch(texts).targetWeight());
    var outcomes = TEXTS.outcomes(texts, new double[] {4 * Math.log(3), Math.log(7), 0});
    assertArrayEquals(new double[] {4 * Math.log(3), 4}, outcomes.get(0).statistics().getFirst());
    assertEquals(new BigDecimal("3.00"), outcomes.get(0).fields().get("perplexity"));
    assertEquals(new BigDecimal("7.00"), outcomes.get(1).fields().get("perplexity"));
    assertEquals(new BigDecimal("1.00"), outcomes.get(2).fields().get("perplexity"));
    for (int i = 0; i < texts.size(); i++) {
      assertEquals(TEXTS.length(texts.get(i)), outcomes.get(i).statistics().getFirst()[1]);
    }
  }

  @Test
  void baselineDrawsTokensByTheirFrequencyAndNoneIsImpossible() {
    var parts = new Parts<>(List.of("a a b", "a"), List.of("a"), List.of("a c"));
    var statistics = TEXTS.baseline(parts).getFirst().statistics().getFirst();
    // Of 5 tokens and 6 targets: a 3 + 1, unknown 0 + 1, the end 2 + 1.
    double nats = Math.log(11 / 4.0) + Math.log(11) + Math.log(11 / 3.0);
    assertArrayEquals(new double[] {nats, 3}, statistics, 1e-12);
  }
}
