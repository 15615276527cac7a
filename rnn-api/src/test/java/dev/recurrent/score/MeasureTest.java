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
    assertTrue(Double.isNaN(Measures.macroF1(2).of(List.of(new double[4]))));
  }

  private static void assertMessage(
      String message, org.junit.jupiter.api.function.Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
