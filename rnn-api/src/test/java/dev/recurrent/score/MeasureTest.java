package dev.recurrent.score;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class MeasureTest {
  @Test
  void accuracyCountsTargetsNotExamples() {
    var statistics =
        List.of(
            Statistics.hits(new int[] {1, 2, 3}, new int[] {1, 0, -100}),
            Statistics.hits(new int[] {4}, new int[] {4}),
            Statistics.hits(new int[0], new int[0]));
    assertArrayEquals(new double[] {1, 2}, statistics.getFirst());
    assertEquals(2.0 / 3, Measures.ACCURACY.of(statistics), 1e-15);
  }

  @Test
  void exactMatchWantsTheWholeSequence() {
    var statistics =
        List.of(
            Statistics.exactMatch(new int[] {1, 2}, new int[] {1, 2}),
            Statistics.exactMatch(new int[] {1, 2}, new int[] {1, 2, 3}),
            Statistics.exactMatch(new int[0], new int[0]),
            Statistics.exactMatch(new int[] {1, 2}, new int[] {2, 1}));
    assertEquals(0.5, Measures.EXACT_MATCH.of(statistics));
  }

  @Test
  void errorsAreTakenOverAllNumbers() {
    float[] target = {1, 2, 3};
    float[] predicted = {1, 4, 2};
    var squared =
        List.of(
            Statistics.squaredErrors(predicted, target),
            Statistics.squaredErrors(new float[] {7}, new float[] {3}));
    assertEquals(Math.sqrt(21 / 4.0), Measures.rmse("°C").of(squared), 1e-12);
    assertEquals("°C", Measures.rmse("°C").unit());
    var absolute =
        List.of(
            Statistics.absoluteErrors(predicted, target),
            Statistics.absoluteErrors(new float[] {7}, new float[] {3}));
    assertEquals(7 / 4.0, Measures.mae("").of(absolute), 1e-12);
    float[] baseline = {3, 2, 7};
    var skill = List.of(Statistics.squaredErrorsAgainst(baseline, predicted, target));
    assertEquals(0.5, Measures.SKILL.of(skill), 1e-12);
  }

  @Test
  void likelihoodsAreWeightedByTheirTargets() {
    var statistics = List.of(Statistics.ofLoss(1, 3), Statistics.ofLoss(Double.NaN, 0));
    assertEquals(Math.E, Measures.PERPLEXITY.of(statistics), 1e-12);
    var two = List.of(Statistics.ofLoss(1, 3), Statistics.ofLoss(2, 1));
    assertEquals(1.25, Measures.NATS_PER_STEP.of(two), 1e-12);
    assertEquals(1.25 / Math.log(2), Measures.BITS_PER_CHARACTER.of(two), 1e-12);
  }

  @Test
  void macroF1IsThatOfTheConfusionMatrix() {
    int[] predicted = {0, 1, 1, 2, 0, 1};
    int[] target = {0, 1, 2, 2, 1, -1};
    var matrix = new ConfusionMatrix(List.of("a", "b", "c", "d")).add(predicted, target);
    var statistics =
        List.of(
            Statistics.confusions(new int[] {0, 1, 1}, new int[] {0, 1, 2}, 4),
            Statistics.confusions(new int[] {2, 0, 1}, new int[] {2, 1, -1}, 4));
    assertEquals(matrix.macroF1(), Measures.macroF1(4).of(statistics));
  }

  /** The example of scikit-learn's roc_auc_score, and one with a tie worked out by hand. */
  @Test
  void areaUnderTheCurveCountsPairsInTheRightOrder() {
    var one = Statistics.scores(new float[] {0.1f, 0.4f}, new int[] {0, 0});
    var other = Statistics.scores(new float[] {0.35f, 7, 0.8f}, new int[] {1, -1, 1});
    assertEquals(0.75, Measures.AUC.of(List.of(one, other)));
    var tied = Statistics.scores(new float[] {3, 1, 3, 2}, new int[] {1, 1, 0, 0});
    assertEquals((0.5 + 1 + 0 + 0) / 4, Measures.AUC.of(List.of(tied)));
    assertMessage(
        "target: expected 0 or 1, got 2", () -> Statistics.scores(new float[1], new int[] {2}));
    assertMessage(
        "AUC: expected pairs of a score and 0 or 1 for example 0, got 1 numbers",
        () -> Measures.AUC.of(List.of(new double[1])));
  }

  @Test
  void numberOfNoPairOfClassesIsRefused() {
    for (double wrong : new double[] {-1, 9, 0.5, Double.NaN}) {
      assertMessage(
          "macro F1: expected pairs of 3 classes for example 1, got " + wrong,
          () -> Measures.macroF1(3).of(List.of(new double[] {8}, new double[] {wrong})));
    }
  }

  @Test
  void rowsOfAnotherSizeAreRefused() {
    assertMessage(
        "accuracy: expected 2 numbers for example 1, got 3",
        () -> Measures.ACCURACY.of(List.of(new double[2], new double[3])));
    assertMessage(
        "accuracy: expected at least one example, got none", () -> Measures.ACCURACY.of(List.of()));
    assertMessage(
        "predicted: expected 2 values, as many as targets, got 1",
        () -> Statistics.hits(new int[1], new int[2]));
    assertMessage(
        "target: expected a class from 0 to 2, got 3",
        () -> Statistics.confusions(new int[] {1}, new int[] {3}, 3));
  }

  @Test
  void nothingCountedIsNotANumber() {
    assertTrue(Double.isNaN(Measures.ACCURACY.of(List.of(new double[2]))));
    assertTrue(Double.isNaN(Measures.macroF1(2).of(List.of(new double[0]))));
    assertTrue(Double.isNaN(Measures.AUC.of(List.of(new double[] {0.5, 1}))));
  }

  private static void assertMessage(
      String message, org.junit.jupiter.api.function.Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
