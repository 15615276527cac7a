package dev.recurrent.examples.programs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamServerTest {
  @TempDir private Path folder;

  private List<float[]> answers(int threads) throws IOException {
    var answers = StreamServer.serve(threads, folder);
    assertEquals(10_000, answers.size());
    return answers;
  }

  @Test
  void eightThreadsAnswerWithTheBitsOfOne() throws IOException {
    var one = answers(1);
    var eight = answers(8);
    for (int event = 0; event < one.size(); event++) {
      assertArrayEquals(one.get(event), eight.get(event), 0, "event " + event);
    }
    // The same page after another past, and by another model, is answered otherwise.
    assertFalse(Arrays.equals(one.get(0), one.get(4_000)));
    assertFalse(Arrays.equals(one.get(4_000), one.get(8_000)));
  }
}
