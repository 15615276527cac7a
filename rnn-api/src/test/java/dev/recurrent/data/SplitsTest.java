package dev.recurrent.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplitsTest {
  private static final List<Integer> HUNDRED = IntStream.range(0, 100).boxed().toList();

  @Test
  void aRandomSplitIsAPartitionOfTheRightSizes() {
    var parts = Splits.random(HUNDRED, 7, 0.7, 0.2, 0.1);
    assertEquals(List.of(70, 20, 10), parts.stream().map(List::size).toList());
    assertEquals(HUNDRED, parts.stream().flatMap(List::stream).sorted().toList());
    assertNotEquals(HUNDRED.subList(0, 70), parts.getFirst().stream().sorted().toList());
  }

  @Test
  void theSeedDecides() {
    assertEquals(Splits.random(HUNDRED, 7, 0.5, 0.5), Splits.random(HUNDRED, 7, 0.5, 0.5));
    assertNotEquals(Splits.random(HUNDRED, 7, 0.5, 0.5), Splits.random(HUNDRED, 8, 0.5, 0.5));
    assertEquals(
        List.of(List.of(0, 2, 3), List.of(4, 1)),
        Splits.random(HUNDRED.subList(0, 5), 1, 0.6, 0.4),
        "a split must stay the same from version to version");
  }

  @Test
  void aChronologicalSplitKeepsTheOrder() {
    assertEquals(
        List.of(HUNDRED.subList(0, 90), HUNDRED.subList(90, 100)),
        Splits.chronological(HUNDRED, 0.9, 0.1));
    assertEquals(List.of(HUNDRED), Splits.chronological(HUNDRED, 1));
    assertEquals(List.of(List.of(), List.of()), Splits.chronological(List.of(), 0.5, 0.5));
    assertEquals(List.of(List.of(3), List.of()), Splits.chronological(List.of(3), 0.9, 0.1));
  }

  @Test
  void examplesOfOneKeyStayTogether() {
    for (int seed = 0; seed < 50; seed++) {
      var parts = Splits.byKey(HUNDRED, i -> i / 3, seed, 0.6, 0.3, 0.1);
      assertEquals(HUNDRED, parts.stream().flatMap(List::stream).sorted().toList());
      Set<Integer> seen = new HashSet<>();
      for (var part : parts) {
        Set<Integer> keys = new HashSet<>(part.stream().map(i -> i / 3).toList());
        assertTrue(Collections.disjoint(seen, keys));
        seen.addAll(keys);
      }
      assertTrue(Math.abs(parts.get(0).size() - 60) < 3, () -> "got " + parts);
      assertTrue(Math.abs(parts.get(2).size() - 10) < 3, () -> "got " + parts);
    }
    assertEquals(
        Splits.byKey(HUNDRED, i -> i % 7, 3, 0.5, 0.5),
        Splits.byKey(HUNDRED, i -> i % 7, 3, 0.5, 0.5));
  }

  @Test
  void oneKeyForAllMakesOnePart() {
    assertEquals(List.of(HUNDRED, List.of()), Splits.byKey(HUNDRED, i -> "all", 1, 0.5, 0.5));
  }

  @Test
  void refusesSharesThatAreNoShares() {
    for (double[] shares :
        List.of(
            new double[] {},
            new double[] {0.5},
            new double[] {0.5, 0.6},
            new double[] {1, 0},
            new double[] {2, -1},
            new double[] {Double.NaN, 1})) {
      assertThrows(IllegalArgumentException.class, () -> Splits.chronological(HUNDRED, shares));
      assertThrows(IllegalArgumentException.class, () -> Splits.random(HUNDRED, 1, shares));
      assertThrows(IllegalArgumentException.class, () -> Splits.byKey(HUNDRED, i -> i, 1, shares));
    }
    var failure =
        assertThrows(IllegalArgumentException.class, () -> Splits.random(HUNDRED, 1, 80, 20));
    assertEquals(
        "shares: expected positive numbers that add up to 1, got [80.0, 20.0]",
        failure.getMessage());
  }
}
