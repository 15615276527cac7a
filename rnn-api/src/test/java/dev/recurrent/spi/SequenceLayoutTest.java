package dev.recurrent.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SequenceLayoutTest {
  @Test
  void rowsAreSortedByFallingLengthAndEqualLengthsKeepTheirOrder() {
    var layout = SequenceLayout.ofLengths(2, 5, 0, 5, 1);
    assertEquals(List.of(1, 3, 0, 4, 2), layout.order());
    assertEquals(3, layout.originalIndex(1));
    assertEquals(
        List.of(5, 5, 2, 1, 0), IntStream.range(0, 5).mapToObj(layout::sortedLength).toList());
    assertFalse(layout.isSorted());
    assertFalse(layout.isUniform());
  }

  @Test
  void eachStepHasTheRowsThatAreStillRunning() {
    var layout = SequenceLayout.ofLengths(2, 5, 0, 5, 1);
    assertEquals(5, layout.batch());
    assertEquals(5, layout.steps());
    assertEquals(13, layout.totalRows());
    assertEquals(
        List.of(4, 3, 2, 2, 2), IntStream.range(0, 5).mapToObj(layout::batchSize).toList());
    assertEquals(
        List.of(0, 4, 7, 9, 11), IntStream.range(0, 5).mapToObj(layout::rowStart).toList());
  }

  @Test
  void equalLengthsAreTheSpecialCase() {
    var layout = SequenceLayout.uniform(3, 4);
    assertTrue(layout.isUniform());
    assertTrue(layout.isSorted());
    assertEquals(12, layout.totalRows());
    assertEquals(SequenceLayout.ofLengths(3, 3, 3, 3), layout);
    assertEquals(SequenceLayout.ofLengths(3, 3, 3, 3).hashCode(), layout.hashCode());
    assertNotEquals(SequenceLayout.uniform(4, 3), layout);
    assertNotEquals(SequenceLayout.ofLengths(2, 3), SequenceLayout.ofLengths(3, 2));
  }

  @Test
  void noStepsAndNoSequencesAreLegal() {
    var empty = SequenceLayout.ofLengths();
    assertEquals(0, empty.batch());
    assertEquals(0, empty.steps());
    assertEquals(0, empty.totalRows());
    assertTrue(empty.isUniform());
    var without = SequenceLayout.ofLengths(0, 0);
    assertEquals(2, without.batch());
    assertEquals(0, without.steps());
    assertEquals(0, without.totalRows());
  }

  @Test
  void lengthsAreCopied() {
    var lengths = new int[] {1, 2};
    var layout = SequenceLayout.ofLengths(lengths);
    lengths[0] = 9;
    assertEquals(1, layout.sortedLength(1));
  }

  @Test
  void negativeLengthIsRefusedWithItsIndex() {
    var error = assertThrows(IllegalArgumentException.class, () -> SequenceLayout.ofLengths(3, -1));
    assertEquals("length of sequence 1: expected 0 or more, got -1", error.getMessage());
  }

  @Test
  void moreRowsThanAnIntCountsAreRefused() {
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> SequenceLayout.uniform(1 << 20, 1 << 12));
    assertEquals(
        "sequences: expected at most 2147483647 steps in all, got more in 4096; make smaller"
            + " batches",
        error.getMessage());
  }
}
