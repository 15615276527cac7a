package dev.recurrent.examples.harness;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.Vocabulary;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelsTest {
  /** Three times b, twice c, once a; the test has no b in its first and last example. */
  private static final Parts<String> PARTS =
      new Parts<>(List.of("c", "b", "a", "b", "c", "b"), List.of("a"), List.of("a", "b", "c"));

  @Test
  void baselineIsTheCommonestClassOfTheTrainingPartWhereverItStands() {
    for (var classes : List.of(List.of("a", "b", "c"), List.of("b", "a", "c"))) {
      var labels = new Labels<String>(Vocabulary.of(classes), text -> text, text -> text);
      var outcomes = labels.baseline(PARTS);
      assertArrayEquals(new double[] {0, 1}, outcomes.get(0).statistics().get(1)); // hits, of
      assertArrayEquals(new double[] {1, 1}, outcomes.get(1).statistics().get(1));
      assertArrayEquals(new double[] {0, 1}, outcomes.get(2).statistics().get(1));
      var f1 = labels.measures().getFirst();
      // Of b, precision 1/3 and recall 1; the others have neither.
      double score = f1.of(outcomes.stream().map(o -> o.statistics().getFirst()).toList());
      assertEquals(0.5 / 3, score, 1e-12);
    }
  }

  @Test
  void baselineOfTextsIsTheCommonestOfTheTrainingPart() {
    var texts =
        new WrittenTexts<String>(
            Vocabulary.of(List.of("a", "b", "c")).withSpecials(Vocabulary.BEGIN, Vocabulary.END),
            Tokenizer.characters(),
            text -> text);
    var right = texts.baseline(PARTS).stream().map(o -> o.statistics().getFirst()[0]).toList();
    assertEquals(List.of(0.0, 1.0, 0.0), right);
  }
}
