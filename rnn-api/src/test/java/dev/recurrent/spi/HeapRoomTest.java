package dev.recurrent.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.Tape;
import org.junit.jupiter.api.Test;

class HeapRoomTest {
  @Test
  void whatDoesNotFitSaysWhatWasAskedForAndWhatThereIs() {
    try (var backend = new ReferenceBackend()) {
      // No array of Java is of that length, however large the heap.
      var e =
          assertThrows(
              OutOfMemoryError.class,
              () -> backend.memory().allocate(DataType.FLOAT32, Integer.MAX_VALUE));
      assertTrue(
          e.getMessage()
              .matches(
                  "memory: expected room for 2,147,483,647 more numbers \\(16,384 MiB\\), got a"
                      + " Java heap of at most [0-9,]+ MiB, of which [0-9,]+ are in use; lower .*"),
          e.getMessage());
    }
  }

  @Test
  void aMatrixThatNoArrayHoldsIsNamedByItsShape() {
    assertEquals(Integer.MAX_VALUE, HeapRoom.elements(1, Integer.MAX_VALUE));
    assertEquals(0, HeapRoom.elements(0, 7));
    try (var backend = new ReferenceBackend();
        var tape = Tape.inference(backend)) {
      var e = assertThrows(IllegalArgumentException.class, () -> tape.tensor(65_536, 65_536, null));
      assertTrue(
          e.getMessage()
              .startsWith(
                  "matrix: expected at most 2,147,483,647 numbers, got [65536, 65536], that is"
                      + " 4,294,967,296; lower the batch size"),
          e.getMessage());
    }
  }
}
