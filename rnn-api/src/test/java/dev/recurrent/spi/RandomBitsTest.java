package dev.recurrent.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.MaskScope;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;

class RandomBitsTest {
  /** 5 standard deviations of the share of ones in a million draws. */
  private static final double FIVE_SIGMA = 5 * 0.5 / 1000;

  /**
   * From a second implementation of the definition: other draws would change what a resumed
   * training run computes. 0x6E78… is also the second number of SplitMix64 from seed 0.
   */
  @Test
  void drawsAreThoseOfTheFirstVersion() {
    assertEquals(0, RandomBits.hash(0));
    assertEquals(0x688990C0, RandomBits.hash(1));
    assertEquals(0x6E789E6AA1B965F4L, RandomBits.mix(0, 1));
    int key = RandomBits.rowKey(RandomBits.mix(42, 0), 3);
    assertEquals(0xB24DBCA8, key);
    assertEquals(9058996 * 0x1p-24f, RandomBits.uniform(key, 0));
    assertEquals(3954002 * 0x1p-24f, RandomBits.uniform(key, 1));
    assertEquals(6192819 * 0x1p-24f, RandomBits.uniform(key, 2));
  }

  @Test
  void sharesOfKeptUnitsAreTheProbability() {
    for (float keep : new float[] {0.1f, 0.5f, 0.9f}) {
      assertEquals(keep, share((row, unit) -> keeps(7, row, unit, keep)), FIVE_SIGMA);
    }
    assertEquals(1, share((row, unit) -> keeps(7, row, unit, 1)));
    assertEquals(0, share((row, unit) -> keeps(7, row, unit, 0)));
  }

  /** If neighbours were independent, both would be kept in a quarter of all cases. */
  @Test
  void neighbouringRowsUnitsStepsAndMasksAreIndependent() {
    long next = RandomBits.mix(7, 1);
    assertEquals(0.25, share((r, u) -> both(7, r, u, 7, r + 1, u)), FIVE_SIGMA);
    assertEquals(0.25, share((r, u) -> both(7, r, u, 7, r, u + 1)), FIVE_SIGMA);
    assertEquals(0.25, share((r, u) -> both(7, r, u, 8, r, u)), FIVE_SIGMA);
    assertEquals(0.25, share((r, u) -> both(7, r, u, next, r, u)), FIVE_SIGMA);
    assertEquals(0.25, share((r, u) -> both(7, r, u, 7 + (1L << 32), r, u)), FIVE_SIGMA);
  }

  @Test
  void uniformNumbersHaveTheMeanAndStayBelowOne() {
    double sum = 0;
    for (int row = 0; row < 1000; row++) {
      int key = RandomBits.rowKey(3, row);
      for (int unit = 0; unit < 1000; unit++) {
        float number = RandomBits.uniform(key, unit);
        assertTrue(number >= 0 && number < 1);
        sum += number;
      }
    }
    assertEquals(0.5, sum / 1e6, 5 * 0.29 / 1000);
  }

  @Test
  void masksOfAStepChangeWithItAndThoseOfASequenceDoNot() {
    var each = new Instruction.Mask(0, 0.5, MaskScope.STEP, 4);
    var once = new Instruction.Mask(0, 0.5, MaskScope.SEQUENCE, 4);
    var other = new Instruction.Mask(1, 0.5, MaskScope.SEQUENCE, 4);
    assertNotEquals(Masks.seed(1, each, 0), Masks.seed(1, each, 1));
    assertEquals(Masks.seed(1, once, 0), Masks.seed(1, once, 1));
    assertNotEquals(Masks.seed(1, once, 0), Masks.seed(1, other, 0));
    assertNotEquals(Masks.seed(1, once, 0), Masks.seed(2, once, 0));
  }

  private static int both(long seedA, int rowA, int unitA, long seedB, int rowB, int unitB) {
    return keeps(seedA, rowA, unitA, 0.5f) * keeps(seedB, rowB, unitB, 0.5f);
  }

  private static int keeps(long seed, int row, int unit, float keep) {
    return RandomBits.keeps(RandomBits.rowKey(seed, row), unit, keep) ? 1 : 0;
  }

  private static double share(IntBinaryOperator draw) {
    int ones = 0;
    for (int row = 0; row < 1000; row++) {
      for (int unit = 0; unit < 1000; unit++) {
        ones += draw.applyAsInt(row, unit);
      }
    }
    return ones / 1e6;
  }
}
