package dev.recurrent.examples;

import dev.recurrent.examples.run.BackendChoice;
import dev.recurrent.examples.run.Interrupt;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.examples.run.TrainingProgress;
import dev.recurrent.examples.text.CharacterModel;
import dev.recurrent.examples.text.Text;
import dev.recurrent.examples.text.TextSettings;
import dev.recurrent.examples.text.TextTraining;
import dev.recurrent.spi.Backend;
import dev.recurrent.train.TrainingResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a character language model. */
@Command(
    name = "text",
    header = "Trains a language model of characters.",
    synopsisHeading = "%nUsage: ",
    description = {
      "",
      "The first 90 %% of the text train, cut into parallel"
          + " streams, with truncated back-propagation through time; the rest validates after each"
          + " epoch. Ctrl-C saves a checkpoint; --resume goes on from it to the same bits as if the"
          + " run had never stopped."
    },
    footer = {
      "",
      "The folder of a run gets best.safetensors (the model, which PyTorch can load), loss.png,"
          + " history.csv (a line for each epoch), losses.csv (a line for each update),"
          + " checkpoint.safetensors and run.json."
    },
    optionListHeading = "%nOptions:%n",
    abbreviateSynopsis = true,
    sortOptions = false)
final class TrainTextCommand implements Callable<Integer> {
  private static final Path RUNS = Path.of("runs");

  /** What a quick run reads of the text. */
  private static final int QUICK_CHARACTERS = 200_000;

  /** The copy of the embedded text, which changes with the project's sources. */
  private static final String COPY_OF_TEXT = "text.txt";

  @Spec private CommandSpec spec;

  @ArgGroup(validate = false, order = 1, heading = "%nText and folder:%n")
  private TextOptions.Places places = new TextOptions.Places();

  @ArgGroup(validate = false, order = 2, heading = "%nModel:%n")
  private TextOptions.ModelSizes sizes = new TextOptions.ModelSizes();

  @ArgGroup(validate = false, order = 3, heading = "%nTraining:%n")
  private TextOptions.Learning learning = new TextOptions.Learning();

  @ArgGroup(validate = false, order = 4, heading = "%nMachine:%n")
  private BackendChoice backends = new BackendChoice();

  @Override
  public Integer call() throws IOException {
    var resume = places.resume;
    return resume == null ? start() : goOn(resume);
  }

  private int start() throws IOException {
    var text = places.data == null ? Text.embedded() : Text.read(places.data);
    text = places.quick ? text.first(QUICK_CHARACTERS) : text;
    var folder = newFolder();
    try (var backend = backends.open(spec)) {
      var data = places.data == null ? null : places.data.toAbsolutePath().toString();
      var settings = TextSettings.of(given(), data, text.sha256(), backend);
      try (var run = new TextTraining(backend, text, settings, folder)) {
        Files.createDirectories(folder);
        if (places.data == null) {
          Files.writeString(folder.resolve(COPY_OF_TEXT), text.string());
        }
        settings.write(folder);
        return train(run, settings, text, backend, folder);
      }
    }
  }

  private int goOn(Path folder) throws IOException {
    var saved = TextSettings.read(folder);
    requireNoContradiction(saved, folder);
    var text = Text.read(savedText(saved, folder));
    text = saved.quick() ? text.first(QUICK_CHARACTERS) : text;
    if (!text.sha256().equals(saved.sha256())) {
      throw new IOException(
          text.name() + ": expected the text that the run began with, got another one");
    }
    var epochs = learning.epochs;
    var settings = epochs == null ? saved : saved.withEpochs(epochs);
    try (var backend = backends.open(saved.backend(), saved.precision(), spec);
        var run = new TextTraining(backend, text, settings, folder)) {
      settings.write(folder);
      return train(run, settings, text, backend, folder);
    }
  }

  private int train(
      TextTraining run, TextSettings settings, Text text, Backend backend, Path folder)
      throws IOException {
    var out = spec.commandLine().getOut();
    describe(run, settings, text, backend, out);
    TrainingResult result;
    try (var progress = new TrainingProgress(out, settings.epochs(), "characters");
        var interrupt = new Interrupt(run::stop, spec.commandLine().getErr())) {
      result = run.run(Duration.ofSeconds(learning.checkpointSeconds), progress);
      progress.finishBar();
      if (result.ending() == TrainingResult.Ending.STOPPED) {
        out.println("stopped after " + result.updates() + " updates; to go on:");
        out.println("  ./rnn train text --resume " + folder);
        return interrupt.exitStatus();
      }
    }
    summarize(result, folder, out);
    return !settings.quick() || hasLearnt(run, result, out) ? 0 : 1;
  }

  private static void describe(
      TextTraining run, TextSettings settings, Text text, Backend backend, PrintWriter out) {
    out.println("backend  " + backend.device());
    out.println(
        Numbers.format(
            "text     %s: %,d characters, %d of them different; an epoch trains on %,d and"
                + " validates on %,d",
            text.name(),
            text.length(),
            run.model().vocabulary().size(),
            run.trainingCharacters(),
            run.validationCharacters()));
    out.println(
        Numbers.format(
            "model    %s, %d x %d, embedding %d: %,d parameters",
            settings.cell(),
            settings.layers(),
            settings.hidden(),
            settings.embed(),
            run.model().parameterCount()));
  }

  private static void summarize(TrainingResult result, Path folder, PrintWriter out) {
    out.println(
        Numbers.format(
            "best     epoch %d, validation %.4f nats a character",
            result.bestEpoch(), result.bestValidation()));
    out.println("folder   " + folder + " (" + CharacterModel.FILE + ", history.csv, loss.png)");
    out.println("try      ./rnn sample --model " + folder);
  }

  /** Tells whether the model knows more than how frequent each character is. */
  private static boolean hasLearnt(TextTraining run, TrainingResult result, PrintWriter out) {
    boolean learnt = result.bestValidation() < run.unigramEntropy();
    out.println(
        Numbers.format(
            "quick    validation %.4f, unigram entropy %.4f: %s",
            result.bestValidation(),
            run.unigramEntropy(),
            learnt ? "it has learnt something" : "IT HAS LEARNT NOTHING"));
    return learnt;
  }

  private TextSettings.Given given() {
    return new TextSettings.Given(
        sizes.cell,
        sizes.hidden,
        sizes.layers,
        sizes.embed,
        sizes.dropout,
        learning.batch,
        learning.seq,
        learning.epochs,
        learning.lr,
        learning.clip,
        learning.seed,
        places.quick);
  }

  private void requireNoContradiction(TextSettings saved, Path folder) throws IOException {
    var found = new ArrayList<>(saved.contradictions(given()));
    var out = places.out;
    if (out != null
        && !out.toAbsolutePath().normalize().equals(folder.toAbsolutePath().normalize())) {
      found.add("--out " + out + " (the run is in " + folder + ")");
    }
    if (!backends.isAutomatic() && !backends.name().equals(saved.backend())) {
      found.add("--backend " + backends.name() + " (the run has " + saved.backend() + ")");
    }
    var precision = backends.precision();
    if (precision != null && precision != saved.precision()) {
      found.add("--precision " + precision + " (the run has " + saved.precision() + ")");
    }
    if (!found.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "--resume "
              + folder
              + ": expected the options of the run, or none, got "
              + String.join(", ", found));
    }
  }

  private Path savedText(TextSettings saved, Path folder) {
    if (places.data != null) {
      return places.data;
    }
    return saved.data() == null ? folder.resolve(COPY_OF_TEXT) : Path.of(saved.data());
  }

  /** Chooses the folder of a new run; never one that holds another run. */
  private Path newFolder() throws IOException {
    var out = places.out;
    if (out != null) {
      if (TextSettings.isRun(out) || TextTraining.hasCheckpoint(out)) {
        throw new IOException(
            out + ": expected a folder without a run, got one with; --resume " + out + " goes on");
      }
      return out;
    }
    var name = "text-" + (places.quick ? "quick-" : "") + dataName();
    for (int i = 1; ; i++) {
      var folder = RUNS.resolve(name + "-" + i);
      if (Files.notExists(folder)) {
        return folder;
      }
    }
  }

  private String dataName() {
    var cell = Objects.requireNonNullElse(sizes.cell, "lstm");
    @Nullable Path file = places.data == null ? null : places.data.getFileName();
    return file == null ? cell : file.toString().replaceFirst("\\.[^.]*$", "") + "-" + cell;
  }
}
