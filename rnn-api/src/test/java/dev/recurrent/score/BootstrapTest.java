package dev.recurrent.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

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

  /** One right and one wrong example score 0, 0.5 or 1; ends as numpy.quantile has them. */
  @Test
  void endsOfTwoDrawsLieAFortiethFromThem() {
    var rows = List.of(new double[] {1, 1}, new double[] {0, 1});
    var ends = new TreeSet<String>();
    for (int seed = 0; seed < 200; seed++) {
      var interval = Bootstrap.interval(Measures.ACCURACY, rows, 2, seed);
      ends.add("%.4f %.4f".formatted(interval.low(), interval.high()));
    }
    assertEquals(
        Set.of(
            "0.0000 0.0000",
            "0.0125 0.4875",
            "0.0250 0.9750",
            "0.5000 0.5000",
            "0.5125 0.9875",
            "1.0000 1.0000"),
        ends);
  }

  @Test
  void oneDrawIsBothEnds() {
    var interval = Bootstrap.interval(Measures.ACCURACY, coins(10, 1), 1, 4);
    assertEquals(interval.low(), interval.high());
  }

  /** The values that counts of all pairs of classes gave, which were kept for each example. */
  @Test
  void intervalsOfCountsAndSumsAreThoseOfTheSameDrawsAsEver() {
    var random = new SplittableRandom(7);
    var rows = new ArrayList<double[]>();
    for (int i = 0; i < 200; i++) {
      int n = random.nextInt(4);
      var predicted = new int[n];
      var target = new int[n];
      for (int k = 0; k < n; k++) {
        target[k] = random.nextInt(6) - 1;
        predicted[k] = random.nextInt(3) > 0 && target[k] >= 0 ? target[k] : random.nextInt(5);
      }
      rows.add(Statistics.confusions(predicted, target, 5));
    }
    assertEquals(
        new Bootstrap.Interval(0.7229305836538533, 0.77533468284031, 0.8256415672029866),
        Bootstrap.interval(Measures.macroF1(5), rows, 1000, 1));
    var losses = new ArrayList<double[]>();
    random = new SplittableRandom(8);
    for (int i = 0; i < 50; i++) {
      int n = 1 + random.nextInt(5);
      losses.add(Statistics.ofLoss(random.nextDouble() * 3, n));
    }
    assertEquals(
        new Bootstrap.Interval(3.89133031918718, 4.858903421910751, 6.110259081392538),
        Bootstrap.interval(Measures.PERPLEXITY, losses, 1000, 1));
  }

  @Test
  void rankedScoresAreDrawnWithTheirTimes() {
    var rows = new ArrayList<double[]>();
    var random = new SplittableRandom(3);
    for (int i = 0; i < 60; i++) {
      rows.add(new double[] {random.nextInt(20) + (i % 2) * 4, i % 2});
    }
    var scorer = Measures.AUC.over(rows);
    var chosen = random.ints(60, 0, 60).toArray();
    var copies = Arrays.stream(chosen).mapToObj(rows::get).toList();
    assertEquals(Measures.AUC.of(copies), scorer.applyAsDouble(chosen));
    var interval = Bootstrap.interval(Measures.AUC, rows, 300, 1);
    assertTrue(interval.low() < interval.score() && interval.score() < interval.high());
  }

  @Test
  void manyClassesTakeMemoryForTheirPredictionsOnly() {
    requireScales(300, 10_000, 20, 8L << 20); // 7.2 GB, were all pairs kept for each example
  }

  @Test
  @Tag("reliability")
  void thousandClassesAndAHundredThousandExamplesAreScoredInSeconds() {
    long before = THREADS.getCurrentThreadCpuTime(); // others may compute meanwhile
    requireScales(1000, 100_000, 1000, 100L << 20);
    double seconds = (THREADS.getCurrentThreadCpuTime() - before) / 1e9;
    assertTrue(seconds < 10, "seconds: " + seconds);
  }

  /** Scores predictions half of which are right, and counts the bytes that this allocates. */
  private static void requireScales(int classes, int examples, int resamples, long bytes) {
    var random = new SplittableRandom(1);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    var rows = new ArrayList<double[]>();
    for (int i = 0; i < examples; i++) {
      int target = random.nextInt(classes);
      int predicted = random.nextBoolean() ? target : random.nextInt(classes);
      rows.add(Statistics.confusions(new int[] {predicted}, new int[] {target}, classes));
    }
    var interval = Bootstrap.interval(Measures.macroF1(classes), rows, resamples, 1);
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertEquals(0.5, interval.score(), 0.03);
    assertTrue(interval.low() < interval.high() && interval.high() < 0.53, interval::toString);
    assertTrue(allocated < bytes, "bytes: " + allocated);
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
