package dev.recurrent.examples.harness;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.recurrent.data.PianoRolls;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NextNotesTest {
  private static final Piece PIECE = new Piece(3, new int[][] {{21, 108}, {}});

  /** Returns logits of keys that are never down, but for some. */
  private static float[] never(float first, float last) {
    var logits = new float[PianoRolls.KEYS];
    Arrays.fill(logits, -100);
    logits[0] = first;
    logits[logits.length - 1] = last;
    return logits;
  }

  @Test
  void rollBeginsWithSilence() {
    var roll = PIECE.roll();
    assertEquals(3, roll.length);
    assertArrayEquals(new float[PianoRolls.KEYS], roll[0]);
    assertEquals(1, roll[1][0]);
    assertEquals(1, roll[1][87]);
    assertArrayEquals(new float[PianoRolls.KEYS], roll[2]);
  }

  @Test
  void natsAreTheSumOverKeysAndTheMeanOverSteps() {
    var logits = new float[][] {never(0, 100), never(0, -100), never(1, 0)};
    var outcome =
        NextNotes.outcomes(
                List.of(PIECE), List.<float[][]>of(PIECE.roll()), List.<float[][]>of(logits))
            .getFirst();
    // Each of the two steps has one key of probability one half.
    assertArrayEquals(new double[] {2 * Math.log(2), 2}, outcome.statistics().getFirst(), 1e-9);
    assertEquals(
        "{piece=3, steps=2, nats/step=0.6931, next=21:0.73 108:0.50, drawn=}",
        outcome.fields().toString());
  }

  @Test
  void stepsAreDrawnByTheirProbabilitiesAndHeard() {
    var rolls = new ArrayList<>(List.<float[][]>of(PIECE.roll()));
    try (var backend = new ReferenceBackend();
        var tape = Tape.inference(backend)) {
      // The first key follows silence, and silence the first key.
      NextNotes.goOn(
          rolls,
          3,
          1,
          heard -> {
            var logits = new ArrayList<float[]>();
            for (int t = 0; t < heard.steps(); t++) {
              boolean silent = heard.packedFeatures()[t * PianoRolls.KEYS] == 0;
              logits.add(never(silent ? 100 : -100, -100));
            }
            return tape.input(
                Sequences.ofFeatures(List.<float[][]>of(logits.toArray(float[][]::new))));
          });
    }
    assertEquals(6, rolls.getFirst().length);
    assertEquals(1, rolls.getFirst()[3][0]);
    assertEquals(0, rolls.getFirst()[4][0]);
    assertEquals(1, rolls.getFirst()[5][0]);
  }

  @Test
  void withoutLearningEachKeyIsAsLikelyAsInTraining() {
    var once = new Piece(1, new int[][] {{60}, {}});
    var always = new Piece(2, new int[][] {{60}, {60}});
    var outcomes =
        NextNotes.alwaysTheSame(new Parts<>(List.of(once), List.of(once), List.of(once, always)));
    // One of three steps, silence before it included: (1 + 0.5) / (3 + 1).
    double p = 1.5 / 4;
    double others = -87 * Math.log(1 - 0.5 / 4);
    assertEquals(
        -Math.log(p) - Math.log(1 - p) + 2 * others,
        outcomes.getFirst().statistics().getFirst()[0],
        1e-5);
    assertNotEquals(
        outcomes.getFirst().statistics().getFirst()[0], outcomes.get(1).statistics().getFirst()[0]);
  }
}
