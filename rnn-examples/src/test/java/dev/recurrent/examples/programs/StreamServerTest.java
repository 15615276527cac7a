package dev.recurrent.examples.programs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StreamServerTest {
  @Test
  void eightThreadsAnswerWithTheBitsOfOne() {
    var one = StreamServer.serve(1);
    var eight = StreamServer.serve(8);
    assertEquals(6_000, one.size());
    for (int event = 0; event < one.size(); event++) {
      assertArrayEquals(one.get(event), eight.get(event), 0, "event " + event);
    }
    // The same page of the same visitor: after another past, and by another model.
    assertFalse(Arrays.equals(one.get(0), one.get(2_000)));
    assertFalse(Arrays.equals(one.get(2_000), one.get(4_000)));
  }
}
