package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.binaryCrossEntropy;

import dev.recurrent.data.DataException;
import dev.recurrent.data.PianoRolls;
import dev.recurrent.data.Place;
import dev.recurrent.data.Rows;
import dev.recurrent.examples.harness.Decay;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.Outcome;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.Task;
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.made.MadeChorales;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.score.Measure;
import dev.recurrent.score.Measures;
import dev.recurrent.score.Statistics;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Many-to-many with several answers a step: which notes of a piano sound next in polyphonic music,
 * given all that sounded before (Boulanger-Lewandowski et al. 2012, Chung et al. 2014).
 */
@Command(
    name = "music",
    header = "Many-to-many, several labels a step: which notes sound next (chorales).",
    description = {
      "",
      "Reads JSON: an object with \"train\", \"valid\" and \"test\", each a list of pieces, each a"
          + " list of steps, each a list of MIDI pitches. Or only one such list of pieces, of which"
          + " parts are taken.",
      "",
      "--dropout is the rate at which the network does not see its own units in training, the same"
          + " ones at all steps of a piece (Gal and Ghahramani 2016)."
    })
public final class Music extends Task<Music.Piece> {
  @Option(
      names = "--continue",
      paramLabel = "N",
      order = 31,
      converter = Numbers.AtLeastZero.class,
      description = "Steps by which a prediction goes on. Default: ${DEFAULT-VALUE}")
  private int steps = 8;

  @Option(
      names = "--input-dropout",
      paramLabel = "P",
      order = 32,
      converter = Numbers.Rate.class,
      description = "Rate at which keys are not heard in training. Default: ${DEFAULT-VALUE}")
  private double inputDropout = 0.1;

  /** The probability from which a prediction names a note. */
  private static final double LIKELY = 0.1;

  // Data: pieces, at each step of which some keys of a piano are down.

  /**
   * A piece of music.
   *
   * @param number from 1, within its file
   * @param pitches of each step
   */
  record Piece(int number, int[][] pitches) {}

  private static List<Piece> pieces(List<int[][]> pitches) {
    return IntStream.range(0, pitches.size())
        .mapToObj(i -> new Piece(i + 1, pitches.get(i)))
        .toList();
  }

  @Override
  protected List<Piece> read(Path path, Rows rows) throws IOException {
    var found = PianoRolls.read(path, rows);
    return pieces(
        found.containsKey(PianoRolls.WHOLE)
            ? found.get(PianoRolls.WHOLE)
            : part(path, found, "test"));
  }

  private static List<int[][]> part(Path path, Map<String, List<int[][]>> found, String name)
      throws IOException {
    var part = found.get(name);
    if (part == null) {
      throw new DataException(Place.of(path), "a part \"" + name + "\"", "parts " + found.keySet());
    }
    return part;
  }

  @Override
  protected Parts<Piece> parts(Rows rows) throws IOException {
    var file = dataFile();
    if (file == null) {
      return sample(seed());
    }
    var found = PianoRolls.read(file, rows);
    if (found.containsKey(PianoRolls.WHOLE)) {
      var sources = new Sources(file, validationFile(), testFile());
      return parts(pieces(found.get(PianoRolls.WHOLE)), sources, rows);
    }
    return new Parts<>(
        pieces(part(file, found, "train")),
        validationFile() == null
            ? pieces(part(file, found, "valid"))
            : read(validationFile(), rows),
        testFile() == null ? pieces(part(file, found, "test")) : read(testFile(), rows));
  }

  @Override
  protected Parts<Piece> sample(long seed) {
    return new Parts<>(
        pieces(MadeChorales.of(100, seed)),
        pieces(MadeChorales.of(30, seed + 1)),
        pieces(MadeChorales.of(30, seed + 2)));
  }

  @Override
  protected Facts learn(List<Piece> training) {
    return Facts.none();
  }

  // Model: the keys of the step before give a logit for each key now; silence comes before the
  // first step.

  @Override
  protected TaskModel<Piece> model(Facts facts) {
    return new Player();
  }

  private final class Player extends TaskModel<Piece> {
    private final Recurrent recurrent;
    private final Dense output;

    Player() {
      var s = settings();
      var cell = cell().withRecurrentDropout(s.dropout());
      recurrent =
          add(
              "recurrent",
              Recurrent.of(cell, PianoRolls.KEYS, s.hidden())
                  .layers(s.layers())
                  .inputDropout(inputDropout));
      output = add("output", Dense.of(recurrent.outputSize(), PianoRolls.KEYS));
    }

    @Override
    public int length(Piece piece) {
      return piece.pitches.length;
    }

    @Override
    public Batch batch(List<Piece> pieces) {
      var before = new ArrayList<float[][]>();
      var now = new ArrayList<float[][]>();
      for (var piece : pieces) {
        var roll = roll(piece);
        before.add(Arrays.copyOf(roll, roll.length - 1));
        now.add(Arrays.copyOfRange(roll, 1, roll.length));
      }
      return Batch.of(Sequences.ofFeatures(before), Sequences.ofFeatures(now));
    }

    /** Returns which keys are down, {@code [1 + steps][keys]}: silence, then the piece. */
    private static float[][] roll(Piece piece) {
      var roll = new float[1 + piece.pitches.length][PianoRolls.KEYS];
      for (int t = 0; t < piece.pitches.length; t++) {
        for (int pitch : piece.pitches[t]) {
          roll[1 + t][pitch - PianoRolls.LOWEST] = 1;
        }
      }
      return roll;
    }

    private Tensor logits(Tape tape, Sequences before) { // [N, keys]
      return output.on(tape, recurrent.on(tape, tape.input(before)));
    }

    /** The loss of a step is the sum over its keys. */
    @Override
    public Tensor loss(Tape tape, Batch batch, RecurrentState state) {
      return binaryCrossEntropy(logits(tape, batch.inputs()), batch.targets())
          .times(PianoRolls.KEYS);
    }

    @Override
    public List<Outcome> predict(Tape tape, List<Piece> pieces) {
      var rolls = pieces.stream().map(Player::roll).collect(Collectors.toList());
      var logits = logits(tape, Sequences.ofFeatures(rolls)).unpack();
      goOn(tape, rolls, logits);
      var outcomes = new ArrayList<Outcome>();
      for (int i = 0; i < pieces.size(); i++) {
        outcomes.add(outcome(pieces.get(i), rolls.get(i), logits.get(i)));
      }
      return outcomes;
    }

    /** Draws keys for some more steps, each by its probability, and hears them. */
    private void goOn(Tape tape, List<float[][]> rolls, List<float[][]> logits) {
      var random = new SplittableRandom(seed());
      var now = logits;
      for (int step = 0; step < steps; step++) {
        for (int i = 0; i < rolls.size(); i++) {
          var last = now.get(i)[now.get(i).length - 1];
          var keys = new float[last.length];
          for (int k = 0; k < keys.length; k++) {
            keys[k] = random.nextDouble() < probability(last[k]) ? 1 : 0;
          }
          var longer = Arrays.copyOf(rolls.get(i), rolls.get(i).length + 1);
          longer[longer.length - 1] = keys;
          rolls.set(i, longer);
        }
        now = logits(tape, Sequences.ofFeatures(rolls)).unpack();
      }
    }
  }

  // Training.

  @Override
  protected Settings defaults(Effort effort) {
    var settings =
        Settings.of("gru", 46)
            .batch(4)
            .dropout(0.2)
            .epochs(150, 40)
            .learning(5e-3, 1)
            .decay(Decay.COSINE);
    return effort == Effort.FULL ? settings : settings.epochs(10, 10).learning(1e-2, 1);
  }

  @Override
  protected String unit() {
    return "steps";
  }

  // Evaluation: the mean over all steps of how unlikely the notes were, in nats.

  private static double probability(double logit) {
    return 1 / (1 + Math.exp(-logit));
  }

  /**
   * Describes a piece.
   *
   * @param roll the piece with what was drawn
   * @param logits of each step, and of the one after the last
   */
  private static Outcome outcome(Piece piece, float[][] roll, float[][] logits) {
    int length = piece.pitches.length;
    double nats = 0;
    for (int t = 0; t < length; t++) {
      nats += nats(logits[t], roll[t + 1]);
    }
    var next = new ArrayList<String>();
    for (int k = 0; k < PianoRolls.KEYS; k++) {
      double probability = probability(logits[length][k]);
      if (probability >= LIKELY) {
        next.add(Numbers.format("%d:%.2f", PianoRolls.LOWEST + k, probability));
      }
    }
    var fields = new LinkedHashMap<String, Object>();
    fields.put("piece", piece.number);
    fields.put("steps", length);
    fields.put("nats/step", Numbers.format("%.4f", nats / length));
    fields.put("next", String.join(" ", next));
    fields.put("drawn", pitches(Arrays.copyOfRange(roll, length + 1, roll.length)));
    return new Outcome(fields, List.of(Statistics.ofLoss(nats / length, length)));
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

  @Override
  protected List<Measure> measures(Facts facts) {
    return List.of(Measures.NATS_PER_STEP);
  }

  /** Each key is as likely as in training, whatever has sounded. */
  @Override
  protected List<Outcome> baseline(Parts<Piece> parts, Facts facts) {
    var counts = new double[PianoRolls.KEYS];
    double all = 0;
    for (var piece : parts.training()) {
      for (var keys : Player.roll(piece)) {
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
    var same = new float[1 + piece.pitches.length][];
    Arrays.fill(same, logits);
    return outcome(piece, Player.roll(piece), same);
  }
}
