package dev.recurrent.examples.harness;

import dev.recurrent.data.PianoRolls;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.score.Measure;
import dev.recurrent.score.Measures;
import dev.recurrent.score.Statistics;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Does what all predictions of the next notes share, in which each key of a piano has a logit of
 * its own: drawing keys, and the mean over all steps of how unlikely the notes were, in nats.
 */
public final class NextNotes {
  /** The probability from which a prediction names a note. */
  private static final double LIKELY = 0.1;

  private NextNotes() {}

  /**
   * Lengthens pieces by some steps whose keys are drawn, each by its probability, and heard.
   *
   * @param rolls each {@code [T][keys]}; replaced by longer ones
   * @param logits of the keys after each step of what was heard
   */
  public static void goOn(
      List<float[][]> rolls, int steps, long seed, Function<Sequences, Tensor> logits) {
    var random = new SplittableRandom(seed);
    for (int step = 0; step < steps; step++) {
      var next = logits.apply(Sequences.ofFeatures(rolls)).unpack();
      for (int i = 0; i < rolls.size(); i++) {
        int last = rolls.get(i).length - 1;
        var longer = Arrays.copyOf(rolls.get(i), last + 2);
        longer[last + 1] = draw(next.get(i)[last], random);
        rolls.set(i, longer);
      }
    }
  }

  private static float[] draw(float[] logits, SplittableRandom random) {
    var keys = new float[logits.length];
    for (int k = 0; k < keys.length; k++) {
      keys[k] = random.nextDouble() < probability(logits[k]) ? 1 : 0;
    }
    return keys;
  }

  /**
   * Returns the outcomes of pieces.
   *
   * @param rolls each piece, as {@link Piece#roll} gives it, with what was drawn behind it
   * @param logits for the notes of each step of each piece, and of the one after the last
   */
  public static List<Outcome> outcomes(
      List<Piece> pieces, List<float[][]> rolls, List<float[][]> logits) {
    return IntStream.range(0, pieces.size())
        .mapToObj(i -> outcome(pieces.get(i), rolls.get(i), logits.get(i)))
        .toList();
  }

  private static Outcome outcome(Piece piece, float[][] roll, float[][] logits) {
    int length = piece.length();
    double nats = 0;
    for (int t = 0; t < length; t++) {
      nats += nats(logits[t], roll[t + 1]);
    }
    var fields = new LinkedHashMap<String, Object>();
    fields.put("piece", piece.number());
    fields.put("steps", length);
    fields.put("nats/step", Numbers.rounded(nats / length, 4));
    fields.put("next", likely(logits[length]));
    fields.put("drawn", pitches(Arrays.copyOfRange(roll, length + 1, roll.length)));
    return new Outcome(fields, List.of(Statistics.ofLoss(nats / length, length)));
  }

  /** Returns the scores. */
  public static List<Measure> measures() {
    return List.of(Measures.NATS_PER_STEP);
  }

  /**
   * Returns the outcomes where each key is as likely as in training, whatever has sounded before.
   */
  public static List<Outcome> alwaysTheSame(Parts<Piece> parts) {
    var counts = new double[PianoRolls.KEYS];
    double all = 0;
    for (var piece : parts.training()) {
      for (var keys : piece.roll()) {
        all++;
        Arrays.setAll(counts, k -> counts[k] + keys[k]);
      }
    }
    var logits = new float[PianoRolls.KEYS];
    for (int k = 0; k < logits.length; k++) {
      double odds = (counts[k] + 0.5) / (all - counts[k] + 0.5);
      logits[k] = (float) Math.log(odds);
    }
    return parts.test().stream().map(piece -> always(logits, piece)).toList();
  }

  private static Outcome always(float[] logits, Piece piece) {
    var same = new float[1 + piece.length()][];
    Arrays.fill(same, logits);
    return outcome(piece, piece.roll(), same);
  }

  /** Writes the pitches that are likely, with their probabilities: {@code 60:0.93 64:0.50}. */
  static String likely(float[] logits) {
    var next = new ArrayList<String>();
    for (int k = 0; k < logits.length; k++) {
      double probability = probability(logits[k]);
      if (probability >= LIKELY) {
        next.add(Numbers.format("%d:%.2f", PianoRolls.LOWEST + k, probability));
      }
    }
    return String.join(" ", next);
  }

  private static double probability(double logit) {
    return 1 / (1 + Math.exp(-logit));
  }

  private static double nats(float[] logits, float[] keys) {
    double sum = 0;
    for (int k = 0; k < keys.length; k++) {
      sum +=
          Math.max(logits[k], 0) + Math.log1p(Math.exp(-Math.abs(logits[k]))) - keys[k] * logits[k];
    }
    return sum;
  }

  /** Writes keys as the pitches of each step: {@code 60 64 67 72 | 60 65 69 72}. */
  private static String pitches(float[][] roll) {
    return Arrays.stream(roll)
        .map(
            keys ->
                IntStream.range(0, keys.length)
                    .filter(k -> keys[k] > 0)
                    .mapToObj(k -> String.valueOf(PianoRolls.LOWEST + k))
                    .collect(Collectors.joining(" ")))
        .collect(Collectors.joining(" | "));
  }
}
