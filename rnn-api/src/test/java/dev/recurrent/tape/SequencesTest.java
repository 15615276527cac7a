package dev.recurrent.tape;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.recurrent.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SequencesTest {
  private static final List<int[]> RAGGED =
      List.of(new int[] {4, 8, 15}, new int[] {}, new int[] {16, 23, 42, 7}, new int[] {9, 1, 5});

  @Test
  void packsByFallingLengthStepByStep() {
    var sequences = Sequences.ofTokens(RAGGED);
    assertArrayEquals(new int[] {16, 4, 9, 23, 8, 1, 42, 15, 5, 7}, sequences.packedTokens());
    assertEquals(List.of(2, 0, 3, 1), sequences.layout().order());
    assertEquals(10, sequences.targetRows());
    assertEquals(42, sequences.largestToken());
  }

  @Test
  void mapsTokensBySequenceAndStep() {
    var mapped =
        Sequences.ofTokens(RAGGED)
            .mapTokens((sequence, step, token) -> 1000 * sequence + 100 * step + token);
    assertArrayEquals(
        new int[] {2016, 4, 3009, 2123, 108, 3101, 2242, 215, 3205, 2307}, mapped.packedTokens());
    assertEquals(Sequences.ofTokens(RAGGED).layout(), mapped.layout());
  }

  @Test
  void unpacksFeaturesInTheCallersOrder() {
    var random = new SplittableRandom(3);
    var given = new ArrayList<float[][]>();
    for (int length : new int[] {2, 0, 5, 1, 2}) {
      var rows = new float[length][3];
      for (var row : rows) {
        for (int i = 0; i < row.length; i++) {
          row[i] = (float) random.nextDouble();
        }
      }
      given.add(rows);
    }
    try (var backend = new ReferenceBackend();
        var tape = Tape.inference(backend)) {
      var unpacked = tape.input(Sequences.ofFeatures(given)).unpack();
      for (int i = 0; i < given.size(); i++) {
        assertArrayEquals(given.get(i), unpacked.get(i), "sequence " + i);
      }
    }
  }

  @Test
  void windowsOfRaggedSequencesHoldTheSameSteps() {
    var whole = Sequences.ofTokens(RAGGED);
    assertEquals(
        Sequences.ofTokens(
                List.of(new int[] {8, 15}, new int[] {}, new int[] {23, 42}, new int[] {1, 5}))
            .layout(),
        whole.window(1, 3).layout());
    assertArrayEquals(new int[] {8, 23, 1, 15, 42, 5}, whole.window(1, 3).packedTokens());
    assertArrayEquals(new int[] {7}, whole.window(3, 4).packedTokens());
    assertEquals(4, whole.window(3, 4).batch());
    assertSame(whole, whole.window(0, 4));
  }

  @Test
  void windowsOfEqualLengthsHoldTheSameSteps() {
    var whole = Sequences.timeMajor(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 3, 2, 2);
    assertArrayEquals(new float[] {5, 6, 7, 8, 9, 10, 11, 12}, whole.window(1, 3).packedFeatures());
  }

  @Test
  void weightsLeaveTargetsOut() {
    var weighted =
        Sequences.ofTokens(List.of(new int[] {1}, new int[] {2, 3}))
            .weighted(List.of(new float[] {0.5f}, new float[] {0, 2}));
    assertArrayEquals(new int[] {Sequences.IGNORED, 1, 3}, weighted.packedTokens());
    assertArrayEquals(new float[] {0, 0.5f, 2}, weighted.packedWeights());
    assertEquals(2, weighted.targetRows());
    var numbers =
        Sequences.ofFeatures(List.of(new float[][] {{1, 2}}, new float[][] {{3, 4}, {5, 6}}))
            .weighted(List.of(new float[] {0.5f}, new float[] {0, 2}));
    assertEquals(2, numbers.targetRows());
    var late = Sequences.ofTokens(RAGGED).ignoringBefore(2);
    assertEquals(4, late.targetRows());
    assertNotNull(late.window(2, 4).packedWeights());
    assertEquals(4, late.window(2, 4).targetRows());
  }

  @Test
  void badSequencesAreRefused() {
    assertMessage(
        "sequence 1: expected rows of 2 features, got 3",
        () -> Sequences.ofFeatures(List.of(new float[][] {{1, 2}}, new float[][] {{1, 2, 3}})));
    assertMessage(
        "tokens: expected [steps=2, batch=3, width=1] = 6 values, got 5",
        () -> Sequences.timeMajor(new int[5], 2, 3));
    assertMessage(
        "window: expected 0 <= from <= to <= 4, got 3 to 5",
        () -> Sequences.ofTokens(RAGGED).window(3, 5));
    assertMessage(
        "weights of sequence 0: expected 3 steps, got 2",
        () ->
            Sequences.ofTokens(RAGGED)
                .weighted(List.of(new float[2], new float[0], new float[4], new float[3])));
    for (float weight : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
      assertMessage(
          "weight at step 1 of sequence 2: expected a finite number of at least 0, got " + weight,
          () ->
              Sequences.ofTokens(RAGGED)
                  .weighted(
                      List.of(
                          new float[3],
                          new float[0],
                          new float[] {0, weight, 0, 0},
                          new float[3])));
    }
    assertThrows(IllegalArgumentException.class, () -> Sequences.ofTokens(RAGGED).packedFeatures());
  }

  private static void assertMessage(
      String message, org.junit.jupiter.api.function.Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
