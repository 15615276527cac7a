package dev.recurrent.examples.harness;

import dev.recurrent.data.PianoRolls;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Is a piece of polyphonic music: at each step, some keys of a piano are down.
 *
 * @param number from 1, within its file
 * @param pitches of each step
 */
public record Piece(int number, int[][] pitches) {

  /** Numbers pieces in their order. */
  public static List<Piece> of(List<int[][]> pitches) {
    return IntStream.range(0, pitches.size())
        .mapToObj(i -> new Piece(i + 1, pitches.get(i)))
        .toList();
  }

  /** Returns the number of steps. */
  public int length() {
    return pitches.length;
  }

  /** Returns which keys are down, {@code [1 + steps][keys]}: silence, then the piece. */
  public float[][] roll() {
    var roll = new float[1 + pitches.length][];
    roll[0] = keys();
    for (int t = 0; t < pitches.length; t++) {
      roll[1 + t] = keys(pitches[t]);
    }
    return roll;
  }

  /** Returns which keys are down at a step, {@code [keys]}: 1 for those of the given pitches. */
  static float[] keys(int... pitches) {
    var keys = new float[PianoRolls.KEYS];
    for (int pitch : pitches) {
      keys[pitch - PianoRolls.LOWEST] = 1;
    }
    return keys;
  }
}
