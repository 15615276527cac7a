package dev.recurrent.cpu;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ArrayPoolTest {
  private final ArrayPool pool = new ArrayPool();

  @Test
  void lendsTheSmallestThatFits() {
    var large = pool.take(1 << 20);
    var fitting = pool.take(1000);
    var larger = pool.take(1500);
    pool.give(fitting);
    pool.give(larger);
    pool.give(large);
    assertSame(fitting, pool.take(990));
    assertSame(larger, pool.take(990));
    assertTrue(pool.take(990).length < 2000, "what is far larger is kept for those who need it");
  }

  @Test
  void batchesOfAllShapesKeepNoMoreThanTwiceTheLargest() {
    var random = new SplittableRandom(1);
    long most = 0;
    for (int step = 0; step < 2000; step++) {
      int rows = 1 + random.nextInt(500);
      var taken = new ArrayList<float[]>();
      for (int columns = 1; columns <= 64; columns *= 2) {
        taken.add(pool.take(rows * columns));
      }
      most = Math.max(most, taken.stream().mapToLong(array -> array.length).sum());
      taken.reversed().forEach(pool::give);
      assertTrue(pool.freeElements() <= 2 * most, step + ": " + pool.freeElements());
    }
  }
}
