package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.tape.Sequences;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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

  @Test
  void aBatchHoldsExamplesOfLikeLengths() {
    var buckets = buckets(3, List.of(7, 12, 1, 4, 9, 10, 3, 6, 11, 2, 8, 5));
    for (int epoch = 0; epoch < 4; epoch++) {
      var lengths = new TreeSet<String>();
      for (int b = 0; b < buckets.count(); b++) {
        var inputs = buckets.batch(epoch, b).inputs();
        assertEquals(inputs.steps(), buckets.steps(epoch, b));
        lengths.add(Arrays.toString(Arrays.stream(inputs.layout().lengths()).sorted().toArray()));
      }
      assertEquals(Set.of("[1, 2, 3]", "[4, 5, 6]", "[7, 8, 9]", "[10, 11, 12]"), lengths);
    }
  }

  private static Buckets<Integer> buckets(int size) {
    return buckets(size, List.of(3, 1, 2));
  }

  private static Buckets<Integer> buckets(int size, List<Integer> examples) {
    return Buckets.of(
        examples,
        length -> length,
        new Buckets.Order(size, 7),
        lengths -> Batch.of(Sequences.ofTokens(lengths.stream().map(int[]::new).toList())));
  }
}
