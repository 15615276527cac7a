package dev.recurrent.examples.harness;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.data.Vocabulary;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StepLabelsTest {
  private record Example(List<String> words, @Nullable List<String> tags) {}

  private static final StepLabels<Example> LABELS =
      new StepLabels<>(
          Vocabulary.of(List.of("D", "N")),
          Vocabulary.of(List.of("the", "run")),
          Example::words,
          Example::tags);
  private static final Example KNOWN =
      new Example(List.of("the", "zork", "run"), List.of("D", "N", "N"));

  @Test
  void wordsThatTrainingHasNotShownAreAlsoCountedApart() {
    var untagged = new Example(List.of("zork"), null);
    var logits =
        Sequences.ofFeatures(
            List.of(new float[][] {{1, 0}, {3, 2}, {0, 1}}, new float[][] {{0, 1}}));
    try (var backend = new ReferenceBackend();
        var tape = Tape.inference(backend)) {
      var outcomes = LABELS.outcomes(List.of(KNOWN, untagged), tape.input(logits));
      var statistics = outcomes.getFirst().statistics();
      assertArrayEquals(new double[] {2, 3}, statistics.get(0)); // right, of
      assertArrayEquals(new double[] {0, 1}, statistics.get(1)); // of words not seen
      assertArrayEquals(new double[] {0, 1}, statistics.get(2)); // whole sentences
      assertEquals("D D N", outcomes.getFirst().fields().get("labels"));
      assertTrue(outcomes.getLast().statistics().isEmpty());
      assertEquals("N", outcomes.getLast().fields().get("labels"));
    }
  }

  @Test
  void baselineGivesWordsTheirMostFrequentLabelAndOthersThatOfAll() {
    var training =
        List.of(
            new Example(List.of("the", "the", "the"), List.of("N", "D", "D")),
            new Example(List.of("run", "run"), List.of("N", "N")));
    var statistics =
        LABELS.baseline(new Parts<>(training, training, List.of(KNOWN))).getFirst().statistics();
    assertArrayEquals(new double[] {3, 3}, statistics.get(0));
    assertArrayEquals(new double[] {1, 1}, statistics.get(1));
    assertArrayEquals(new double[] {1, 1}, statistics.get(2));
  }
}
