package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.tape.Sequences;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BucketsTest {
  @Test
  void aBatchLargerThanAllExamplesHoldsAllOfThem() {
    for (int size : new int[] {3, 4, 50_000_000, Integer.MAX_VALUE}) {
      var buckets = buckets(size);
      assertEquals(1, buckets.count());
      assertEquals(3, buckets.batch(0, 0).inputs().batch(), size + " examples a batch");
    }
  }

  @Test
  void anEpochHoldsEachExampleOnceInAnOrderOfItsOwn() {
    var buckets = buckets(1);
    var orders = new ArrayList<List<Integer>>();
    for (int epoch = 0; epoch < 8; epoch++) {
      var order = new ArrayList<Integer>();
      for (int b = 0; b < buckets.count(); b++) {
        order.add(buckets.batch(epoch, b).inputs().steps());
      }
      assertEquals(List.of(1, 2, 3), order.stream().sorted().toList());
      orders.add(order);
    }
    assertTrue(orders.stream().distinct().count() > 1, "the same order in all epochs");
  }

  private static Buckets<Integer> buckets(int size) {
    return Buckets.of(
        List.of(3, 1, 2),
        length -> length,
        new Buckets.Order(size, 7),
        lengths -> Batch.of(Sequences.ofTokens(lengths.stream().map(int[]::new).toList())));
  }
}
