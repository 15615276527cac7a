package dev.recurrent.score;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected values are those of sacreBLEU 2.6.0 with its defaults. */
class BleuTest {
  private static final List<String> HYPOTHESES =
      List.of(
          "The cat sat on the mat, didn't it?",
          "It costs 1,234.50 dollars - or 20-30 euros.",
          "\"Quotes\" &amp; R&D; e.g. this.",
          "Nothing here matches",
          "Ein Zug fährt um 8.15 Uhr ab.",
          "");
  private static final List<String> REFERENCES =
      List.of(
          "The cat sat on a mat, did it not?",
          "It costs 1,234.5 dollars, or 20-30 euros.",
          "\"Quotes\" & R&D, e.g. that.",
          "Completely other words",
          "Der Zug fährt um 8.15 Uhr ab.",
          "Not empty.");
  private static final List<String> SECOND =
      List.of(
          "A cat was sitting on the mat, wasn't it?",
          "The price is 1,234.50 dollars - or 20 euros.",
          "'Quotes' &amp; R&D; this.",
          "Nothing matched here",
          "Um 8.15 Uhr fährt ein Zug ab.",
          "x");

  @Test
  void aCorpusHasSacreBleusValue() {
    var one =
        IntStream.range(0, 6)
            .mapToObj(i -> Bleu.statistics(HYPOTHESES.get(i), List.of(REFERENCES.get(i))))
            .toList();
    assertEquals(51.55827556930926, Measures.BLEU.of(one), 1e-9);
    var two =
        IntStream.range(0, 6)
            .mapToObj(
                i -> Bleu.statistics(HYPOTHESES.get(i), List.of(REFERENCES.get(i), SECOND.get(i))))
            .toList();
    assertEquals(68.93217927196349, Measures.BLEU.of(two), 1e-9);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 30.37441422076457, 50.88274727401554",
    "1, 53.48259312838876, 79.4138667920717",
    "2, 62.98129992394241, 74.47819789879645",
    "3, 0, 0",
    "4, 84.08964152537145, 84.08964152537145",
    "5, 0, 0"
  })
  void aSegmentHasSacreBleusValue(int i, double one, double two) {
    assertEquals(one, bleu(HYPOTHESES.get(i), REFERENCES.get(i)), 1e-9);
    assertEquals(two, bleu(HYPOTHESES.get(i), REFERENCES.get(i), SECOND.get(i)), 1e-9);
  }

  @Test
  void shortSegmentsAreSmoothedOrWorthNothing() {
    assertEquals(0, bleu("a b c", "a b c"));
    assertEquals(35.35533905932737, bleu("a b c d", "a b x d"), 1e-9);
    assertEquals(100, bleu("a b c d e", "a b c d e"), 1e-9);
  }

  private static double bleu(String hypothesis, String... references) {
    return Measures.BLEU.of(List.of(Bleu.statistics(hypothesis, List.of(references))));
  }

  @Test
  void matchesAreClippedAndTheClosestLengthCounts() {
    var sums = Bleu.statistics("a a a b", List.of("a a c c c", "a b d"));
    assertArrayEquals(new double[] {3, 2, 0, 0, 4, 3, 2, 1, 4, 3}, sums);
  }

  @Test
  void theSignatureSaysWhatIsComputed() {
    assertEquals(
        "nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp|version:recurrent-1", Bleu.signature(2));
    assertEquals(
        "nrefs:var|case:mixed|eff:no|tok:13a|smooth:exp|version:recurrent-1",
        Bleu.signatureOfVarying());
    assertThrows(IllegalArgumentException.class, () -> Bleu.statistics("a", List.of()));
  }

  /** Each text and its tokens, joined by single spaces, as sacreBLEU cuts them. */
  @Test
  void textIsCutAs13aDoes() {
    assertTokens("It costs 1,234.50 dollars - or 20 - 30 euros .", HYPOTHESES.get(1));
    assertTokens("\" Quotes \" & R & D ; e . g . this .", HYPOTHESES.get(2));
    assertTokens(
        "( a ) [ b ] { c } @ # $ % ^ * + = / \\ | _ ` ~ ! ?", "(a)[b]{c}@#$%^*+=/\\|_`~!?");
    assertTokens("well-known 3 - 4 don't < b >", "well-known 3-4 don't &lt;b&gt;<skipped>");
    assertTokens("doubleline next", "double-\nline\nnext \t");
    assertTokens("end-", "end-\n");
    assertTokens("a , ,1.5 . é", " a,,1.5.\u00a0é\u2028");
    assertTokens("", " \n ");
  }

  private static void assertTokens(String expected, String text) {
    assertEquals(expected, String.join(" ", Tokenizer13a.tokenize(text)));
  }
}
