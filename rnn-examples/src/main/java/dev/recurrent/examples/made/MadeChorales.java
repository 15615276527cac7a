package dev.recurrent.examples.made;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes pieces in four voices: chords that follow each other by a few rules, each held for two
 * steps, so that which notes come next depends on those before.
 */
public final class MadeChorales {
  private static final int STEPS = 24;
  private static final int HELD = 2;
  private static final int[][] CHORDS = { // bass, tenor, alto, soprano
    {48, 55, 64, 72}, {53, 57, 65, 72}, {43, 59, 62, 74}, {45, 57, 64, 72}, {50, 57, 65, 74}
  };
  private static final int[][] NEXT = {{1, 2, 3}, {0, 2}, {0, 3}, {1, 4}, {2}};

  private MadeChorales() {}

  /** Makes so many pieces, {@code [steps][pitches]} each; the same seed gives the same ones. */
  public static List<int[][]> of(int count, long seed) {
    var random = new SplittableRandom(seed);
    var pieces = new ArrayList<int[][]>();
    for (int i = 0; i < count; i++) {
      var piece = new int[STEPS][];
      int chord = random.nextInt(CHORDS.length);
      for (int t = 0; t < STEPS; t++) {
        if (t % HELD == 0) {
          chord = NEXT[chord][random.nextInt(NEXT[chord].length)];
        }
        piece[t] = CHORDS[chord].clone();
      }
      pieces.add(piece);
    }
    return pieces;
  }
}
