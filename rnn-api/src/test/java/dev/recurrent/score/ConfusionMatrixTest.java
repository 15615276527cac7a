package dev.recurrent.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConfusionMatrixTest {
  private static ConfusionMatrix example() {
    return new ConfusionMatrix(List.of("cat", "dog", "bird", "none"))
        .add(new int[] {0, 0, 1, 1}, new int[] {0, 0, 0, 1})
        .add(new int[] {1, 2, 0, 2}, new int[] {2, 2, 1, -100});
  }

  @Test
  void pairsAreCounted() {
    var matrix = example();
    assertEquals(2, matrix.count(0, 0));
    assertEquals(1, matrix.count(1, 0)); // a cat taken for a dog
    assertEquals(1, matrix.count(0, 1));
    assertEquals(1, matrix.count(1, 2));
    assertEquals(0, matrix.count(2, 1));
  }

  /**
   * The values of the textbook formulas: TP, predictions, examples are (2,3,3), (1,3,2), (1,1,2).
   */
  @Test
  void sharesAreThoseOfTheFormulas() {
    var matrix = example();
    assertEquals(4.0 / 7, matrix.accuracy(), 1e-15);
    assertEquals(2.0 / 3, matrix.precision(0), 1e-15);
    assertEquals(2.0 / 3, matrix.recall(0), 1e-15);
    assertEquals(1.0 / 3, matrix.precision(1), 1e-15);
    assertEquals(0.5, matrix.recall(1), 1e-15);
    assertEquals(0.4, matrix.f1(1), 1e-15);
    assertEquals(2.0 / 3, matrix.f1(2), 1e-15);
    // The class that neither occurs nor is predicted does not count in the mean.
    assertEquals(0, matrix.f1(3));
    assertEquals((2.0 / 3 + 0.4 + 2.0 / 3) / 3, matrix.macroF1(), 1e-15);
  }

  @Test
  void theTableNamesClassesAndCounts() {
    var lines = example().toTable().lines().toList();
    assertEquals(
        "true \\ predicted   cat   dog  bird  none  precision  recall     F1", lines.get(0));
    assertEquals(
        "cat                  2     1     0     0      0.667   0.667  0.667", lines.get(1));
    assertEquals("accuracy 0.5714, macro F1 0.5778", lines.get(5));
  }

  @Test
  void nothingCountedIsNotANumber() {
    var matrix = new ConfusionMatrix(List.of("a"));
    assertTrue(Double.isNaN(matrix.accuracy()));
    assertTrue(Double.isNaN(matrix.macroF1()));
    assertEquals(0, matrix.precision(0));
  }

  @Test
  void classesThatThereAreNotAreRefused() {
    var matrix = example();
    assertThrows(IllegalArgumentException.class, () -> matrix.add(new int[] {4}, new int[] {0}));
    assertThrows(IllegalArgumentException.class, () -> matrix.add(new int[2], new int[3]));
    assertThrows(IllegalArgumentException.class, () -> matrix.count(0, 4));
    assertThrows(IllegalArgumentException.class, () -> new ConfusionMatrix(List.of()));
  }

  @Test
  void exampleOfManyClassesTakesNoMatrixOfItsOwn() {
    var names = IntStream.range(0, 1000).mapToObj(k -> "c" + k).toList();
    var matrix = new ConfusionMatrix(names);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 1000; i++) {
      matrix.add(new int[] {i}, new int[] {i / 2});
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < 8 << 20, "bytes: " + allocated);
    assertEquals(1, matrix.count(7, 3));
    assertEquals(0.001, matrix.accuracy());
  }
}
