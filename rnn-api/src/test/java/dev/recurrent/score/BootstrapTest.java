package dev.recurrent.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  /** Draws examples that are right with probability 0.7. */
  private static List<double[]> coins(int count, long seed) {
    var random = new SplittableRandom(seed);
    var rows = new ArrayList<double[]>();
    for (int i = 0; i < count; i++) {
      rows.add(new double[] {random.nextInt(10) < 7 ? 1 : 0, 1});
    }
    return rows;
  }

  @Test
  void theIntervalOfAMeanIsTheNormalOne() {
    var rows = coins(1000, 3);
    var interval = Bootstrap.interval(Measures.ACCURACY, rows, 4000, 1);
    double p = interval.score();
    double half = 1.96 * Math.sqrt(p * (1 - p) / 1000); // 0.028
    // An end is a quantile of 4000 draws: ±0.0013 at two deviations.
    assertEquals(p - half, interval.low(), 0.002);
    assertEquals(p + half, interval.high(), 0.002);
  }

  @Test
  void nineteenOfTwentyIntervalsHoldTheTruth() {
    int holding = 0;
    for (int i = 0; i < 400; i++) {
      var interval = Bootstrap.interval(Measures.ACCURACY, coins(200, 1000 + i), 300, i);
      holding += interval.low() <= 0.7 && 0.7 <= interval.high() ? 1 : 0;
    }
    // Expected 380 less a little; the deviation of the count is 4.4.
    assertTrue(holding > 362 && holding < 396, "held " + holding + " of 400");
  }

  @Test
  void theSameSeedGivesTheSameInterval() {
    var rows = coins(40, 3);
    var interval = Bootstrap.interval(Measures.ACCURACY, rows, 200, 5);
    assertEquals(interval, Bootstrap.interval(Measures.ACCURACY, rows, 200, 5));
    assertNotEquals(interval, Bootstrap.interval(Measures.ACCURACY, rows, 200, 6));
  }

  @Test
  void theIntervalOfOneExampleIsItsScore() {
    var rows = List.of(Statistics.squaredErrors(new float[] {1, 5}, new float[] {4, 5}));
    var interval = Bootstrap.interval(Measures.rmse(""), rows, 50, 1);
    assertEquals(
        new Bootstrap.Interval(interval.score(), interval.score(), interval.score()), interval);
  }

  @Test
  void drawsWithoutAScoreAreLeftOut() {
    var rows = new ArrayList<double[]>();
    rows.add(new double[] {3, 4});
    for (int i = 0; i < 3; i++) {
      rows.add(new double[2]);
    }
    var interval = Bootstrap.interval(Measures.ACCURACY, rows, 100, 1);
    assertEquals(new Bootstrap.Interval(0.75, 0.75, 0.75), interval);
    var none = Bootstrap.interval(Measures.ACCURACY, List.of(new double[2]), 100, 1);
    assertTrue(Double.isNaN(none.low()) && Double.isNaN(none.high()));
  }

  @Test
  void classesThatADrawDoesNotHaveLeaveAnInterval() {
    var rows = new ArrayList<double[]>();
    for (int i = 0; i < 5; i++) {
      rows.add(Statistics.confusions(new int[] {i % 2}, new int[] {i == 0 ? 2 : i % 2}, 3));
    }
    var interval = Bootstrap.interval(Measures.macroF1(3), rows, 500, 1);
    assertTrue(0 <= interval.low() && interval.low() < interval.score(), interval::toString);
    assertTrue(interval.score() < interval.high() && interval.high() <= 1, interval::toString);
  }

  /** Skill is -∞ in draws of which the baseline has no error, some 30 % of them. */
  @Test
  void endsAreInfiniteWhereTheScoresOfDrawsAre() {
    var rows = new ArrayList<double[]>();
    rows.add(new double[] {1, 4});
    for (int i = 0; i < 4; i++) {
      rows.add(new double[] {1, 0});
    }
    var interval = Bootstrap.interval(Measures.SKILL, rows, 500, 1);
    assertEquals(Double.NEGATIVE_INFINITY, interval.low());
    assertEquals(1 - Math.sqrt(5.0 / 4), interval.score());
    assertTrue(Double.isFinite(interval.high()), interval::toString);
    var always = Bootstrap.interval(Measures.SKILL, List.of(new double[] {1, 0}), 50, 1);
    assertEquals(always.score(), always.high());
  }

  @Test
  void endBetweenAnInfiniteScoreAndAFiniteOneIsInfinite() {
    var rows = List.of(new double[] {1, 4}, new double[] {1, 0});
    for (int seed = 0; seed < 20; seed++) {
      var interval = Bootstrap.interval(Measures.SKILL, rows, 2, seed);
      assertFalse(Double.isNaN(interval.low()) || Double.isNaN(interval.high()), "seed " + seed);
    }
  }

  @Test
  void scoreThatIsNotANumberHasNoInterval() {
    var rows = new ArrayList<>(coins(20, 1));
    rows.add(new double[] {Double.NaN, 1});
    var interval = Bootstrap.interval(Measures.ACCURACY, rows, 100, 1);
    assertEquals(new Bootstrap.Interval(Double.NaN, Double.NaN, Double.NaN), interval);
  }

  @Test
  void oneDrawIsBothEnds() {
    var interval = Bootstrap.interval(Measures.ACCURACY, coins(10, 1), 1, 4);
    assertEquals(interval.low(), interval.high());
  }

  @Test
  void noDrawsAreRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Bootstrap.interval(Measures.ACCURACY, coins(3, 1), 0, 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> Bootstrap.interval(Measures.ACCURACY, List.of(), 10, 1));
  }
}
