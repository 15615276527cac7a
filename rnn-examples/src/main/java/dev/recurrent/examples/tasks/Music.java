package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.binaryCrossEntropy;

import dev.recurrent.data.PianoRolls;
import dev.recurrent.data.Rows;
import dev.recurrent.examples.harness.Decay;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.NextNotes;
import dev.recurrent.examples.harness.NoteStreaming;
import dev.recurrent.examples.harness.Outcome;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.Piece;
import dev.recurrent.examples.harness.Pieces;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.Streaming;
import dev.recurrent.examples.harness.Task;
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.made.MadeChorales;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.layer.Stepper;
import dev.recurrent.score.Measure;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
public final class Music extends Task<Piece> {
  @Mixin private MusicOptions options;

  // Data: pieces, at each step of which some keys of a piano are down.

  @Override
  protected List<Piece> read(Path path, Rows rows) throws IOException {
    return Pieces.read(path, rows).part("test");
  }

  @Override
  protected Parts<Piece> parts(Rows rows) throws IOException {
    var file = dataFile();
    if (file == null) {
      return sample(seed());
    }
    var pieces = Pieces.read(file, rows);
    var validation = validationFile();
    var test = testFile();
    if (!pieces.areParted()) {
      return parts(pieces.part("train"), new Sources(file, validation, test), rows);
    }
    return new Parts<>(
        pieces.part("train"),
        validation == null ? pieces.part("valid") : read(validation, rows),
        test == null ? pieces.part("test") : read(test, rows));
  }

  @Override
  protected Parts<Piece> sample(long seed) {
    return Parts.made(100, 30, seed, (count, its) -> Piece.of(MadeChorales.of(count, its)));
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
                  .inputDropout(options.inputDropout));
      output = add("output", Dense.of(recurrent.outputSize(), PianoRolls.KEYS));
    }

    @Override
    public int length(Piece piece) {
      return piece.length();
    }

    @Override
    public Batch batch(List<Piece> pieces) {
      var before = new ArrayList<float[][]>();
      var now = new ArrayList<float[][]>();
      for (var piece : pieces) {
        var roll = piece.roll();
        before.add(Arrays.copyOf(roll, roll.length - 1));
        now.add(Arrays.copyOfRange(roll, 1, roll.length));
      }
      return Batch.of(Sequences.ofFeatures(before), Sequences.ofFeatures(now));
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
      var rolls = pieces.stream().map(Piece::roll).collect(Collectors.toList());
      var logits = logits(tape, Sequences.ofFeatures(rolls)).unpack();
      NextNotes.goOn(rolls, options.steps, seed(), heard -> logits(tape, heard));
      return NextNotes.outcomes(pieces, rolls, logits);
    }

    @Override
    public Streaming streaming(Rows rows) { // a line is a step
      return new NoteStreaming(Stepper.chain(recurrent, output));
    }
  }

  // Training.

  @Override
  protected Settings defaults(Effort effort) {
    var settings = Settings.of("gru", 46).batch(4).dropout(0.2).decay(Decay.COSINE, 0);
    return effort == Effort.FULL
        ? settings.epochs(150, 40).learning(5e-3, 1)
        : settings.epochs(10, 10).learning(1e-2, 1);
  }

  @Override
  protected String unit() {
    return "steps";
  }

  // Evaluation: the mean over all steps of how unlikely the notes were, in nats.

  @Override
  protected List<Measure> measures(Facts facts) {
    return NextNotes.measures();
  }

  @Override
  protected List<Outcome> baseline(Parts<Piece> parts, Facts facts) {
    return NextNotes.alwaysTheSame(parts);
  }
}
