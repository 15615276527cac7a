package dev.recurrent.examples.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.TranslatedSentence;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.decode.Hypothesis;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TranslationsTest {
  private static final TranslatedSentence SENTENCE =
      new TranslatedSentence("see Rome now", List.of("voir Rome"));
  private static final Translations TRANSLATIONS =
      new Translations(
          Translations.learn(
              List.of(new TranslatedSentence("see it", List.of("le voir"))),
              Tokenizer.whitespace(),
              Vocabulary.Selection.ALL),
          Tokenizer.whitespace());

  private static Hypothesis written(List<String> words, float[]... attention) {
    return new Hypothesis(
        words.stream().map(TRANSLATIONS.target()::index).toList(),
        Hypothesis.Ending.END_TOKEN,
        -1,
        -1,
        List.of(attention));
  }

  private static Outcome outcome(TranslatedSentence sentence, Hypothesis translation) {
    return TRANSLATIONS.outcomes(List.of(sentence), List.of(translation)).getFirst();
  }

  @Test
  void unknownWordIsTheWordThatWasLookedAtMost() {
    var looking = new float[][] {{1, 0, 0, 0}, {0.1f, 0.8f, 0.1f, 0}, {0, 0, 0.4f, 0.6f}};
    var words = List.of("voir", Vocabulary.UNKNOWN, Vocabulary.UNKNOWN);
    // The last one has looked at the end, where no word is.
    var outcome = outcome(SENTENCE, written(words, looking));
    assertEquals("voir Rome", outcome.fields().get("translation"));
    assertEquals(new BigDecimal("-1.0000"), outcome.fields().get("log_probability"));
  }

  @Test
  void unknownWordIsLeftOutWithoutAttention() {
    var translation = written(List.of("le", Vocabulary.UNKNOWN), new float[0], new float[0]);
    assertEquals("le", outcome(SENTENCE, translation).fields().get("translation"));
  }

  @Test
  void sentenceWithoutTranslationsHasNoScore() {
    var translation = written(List.of("le"), new float[0]);
    assertEquals(1, outcome(SENTENCE, translation).statistics().size());
    var alone = TranslatedSentence.untranslated("see");
    assertTrue(outcome(alone, translation).statistics().isEmpty());
    assertEquals(1, Translations.copies(List.of(SENTENCE)).getFirst().statistics().size());
  }

  @Test
  void encoderReadsUnknownWordsAndTheEnd() {
    var source = TRANSLATIONS.source();
    int[] expected = {
      source.index("see"),
      source.index(Vocabulary.UNKNOWN),
      source.index(Vocabulary.UNKNOWN),
      source.index(Vocabulary.END)
    };
    var read = TRANSLATIONS.sources(List.of(SENTENCE));
    org.junit.jupiter.api.Assertions.assertArrayEquals(expected, read.packedTokens());
  }

  @Test
  void someOfTheLongerSentencesAreShown() {
    var longer = TranslatedSentence.untranslated("a b c d e f g h");
    var shown = TRANSLATIONS.shown(List.of(SENTENCE, longer, longer, longer, longer, longer));
    assertEquals(List.of(longer, longer, longer, longer), shown);
  }
}
