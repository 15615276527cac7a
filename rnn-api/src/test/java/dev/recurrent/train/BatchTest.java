package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.recurrent.tape.Sequences;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchTest {
  @Test
  void inputsAloneHaveTargetsThatDoNotCountUntilTheyAreKnown() {
    var inputs = Sequences.ofTokens(List.of(new int[] {1, 2}, new int[0], new int[] {3}));
    var batch = Batch.of(inputs).with("more", inputs);
    assertEquals(0, batch.targetWeight());
    assertEquals(3, batch.targets().batch());
    var known = batch.withTargets(Sequences.ofLabels(1, 0, 2));
    assertEquals(3, known.targetWeight());
    assertSame(inputs, known.inputs());
    assertSame(inputs, known.get("more"));
    var two = Sequences.ofLabels(1, 0);
    assertThrows(IllegalArgumentException.class, () -> batch.withTargets(two));
  }
}
