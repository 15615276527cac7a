package dev.recurrent.examples;

import dev.recurrent.examples.harness.Scorer;
import dev.recurrent.examples.run.BackendChoice;
import dev.recurrent.examples.run.Interrupt;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.examples.run.TrainingProgress;
import dev.recurrent.examples.text.Text;
import dev.recurrent.examples.text.TextScore;
import dev.recurrent.examples.text.TextSettings;
import dev.recurrent.examples.text.TextTraining;
import dev.recurrent.examples.text.Texts;
import dev.recurrent.examples.text.TokenKind;
import dev.recurrent.examples.text.TokenModel;
import dev.recurrent.spi.Backend;
import dev.recurrent.train.EpochResult;
import dev.recurrent.train.TrainingListener;
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

/** Trains a language model of characters, words or byte pairs. */
@Command(
    name = "text",
    header = "Trains a language model of characters, words or byte pairs.",
    synopsisHeading = "%nUsage: ",
    description = {
      "",
      "The text trains, cut into parallel streams, with truncated back-propagation through time;"
          + " its last tenth, or another text, validates after each epoch. Ctrl-C saves a"
          + " checkpoint; --resume goes on from it to the same bits as if the run had never"
          + " stopped."
    },
    footer = {
      "",
      "The folder of a run gets best.safetensors (the model, which PyTorch can load), loss.png,"
          + " history.csv (a line for each epoch), losses.csv (a line for each update),"
          + " checkpoint.safetensors and run.json."
    },
    optionListHeading = "%nOptions:%n",
    abbreviateSynopsis = true,
    sortOptions = false,
    modelTransformer = TextDefaults.class)
final class TrainTextCommand implements Callable<Integer>, Scorer {
  private static final Path RUNS = Path.of("runs");

  /** What a quick run reads of the text. */
  private static final int QUICK_CHARACTERS = 200_000;

  /** The copy of the embedded text, which changes with the project's sources. */
  private static final String COPY_OF_TEXT = "text.txt";

  @Spec private CommandSpec spec;

  @ArgGroup(validate = false, order = 1, heading = "%nTexts and folder:%n")
  private TextOptions.Places places = new TextOptions.Places();

  @ArgGroup(validate = false, order = 2, heading = "%nTokens:%n")
  private TextOptions.Code code = new TextOptions.Code();

  @ArgGroup(validate = false, order = 3, heading = "%nModel:%n")
  private TextOptions.ModelSizes sizes = new TextOptions.ModelSizes();

  @ArgGroup(validate = false, order = 4, heading = "%nTraining:%n")
  private TextOptions.Learning learning = new TextOptions.Learning();

  @ArgGroup(validate = false, order = 5, heading = "%nMachine:%n")
  private BackendChoice backends = new BackendChoice();

  @Override
  public Integer call() throws IOException {
    var resume = places.resume;
    return resume == null ? start() : goOn(resume);
  }

  private int start() throws IOException {
    var data = places.data == null ? Text.embedded() : Text.read(places.data);
    data = places.quick ? data.first(QUICK_CHARACTERS) : data;
    var kind = code.tokens();
    var texts = Texts.read(kind, data, new Texts.Others(places.validation, places.test));
    var folder = newFolder();
    try (var backend = backends.open(spec)) {
      var settings =
          new TextSettings(
              new TextSettings.Places(
                  name(places.data), name(places.validation), name(places.test)),
              texts.sha256(),
              code.over(TextSettings.defaultCode(kind, places.quick, texts.training())),
              sizes.over(TextSettings.defaultShape(kind, places.quick)),
              learning.over(TextSettings.defaultLearning(kind, places.quick)),
              backend.device().backend(),
              backend.precision(),
              places.quick);
      try (var run = new TextTraining(backend, texts, settings, folder)) {
        Files.createDirectories(folder);
        if (places.data == null) {
          Files.writeString(folder.resolve(COPY_OF_TEXT), data.content());
        }
        settings.write(folder);
        return train(run, settings, texts, backend, folder);
      }
    }
  }

  private int goOn(Path folder) throws IOException {
    var saved = TextSettings.read(folder);
    requireNoContradiction(saved, folder);
    var files = saved.places();
    var file = file(places.data, files.data());
    var data = Text.read(file == null ? folder.resolve(COPY_OF_TEXT) : file);
    var texts =
        Texts.read(
            saved.code().tokens(),
            saved.quick() ? data.first(QUICK_CHARACTERS) : data,
            new Texts.Others(
                file(places.validation, files.validation()), file(places.test, files.test())));
    if (!texts.sha256().equals(saved.sha256())) {
      throw new IOException(
          texts.training().name() + ": expected the text that the run began with, got another one");
    }
    var epochs = learning.epochs;
    var settings = epochs == null ? saved : saved.withEpochs(epochs);
    try (var backend = backends.open(saved.backend(), saved.precision(), spec);
        var run = new TextTraining(backend, texts, settings, folder)) {
      settings.write(folder);
      return train(run, settings, texts, backend, folder);
    }
  }

  private int train(
      TextTraining run, TextSettings settings, Texts texts, Backend backend, Path folder)
      throws IOException {
    var out = spec.commandLine().getOut();
    describe(run, settings, texts, backend, out);
    TrainingResult result;
    try (var progress =
            new TrainingProgress(
                out, settings.learning().epochs(), settings.code().tokens().plural());
        var interrupt = new Interrupt(run::stop, spec.commandLine().getErr())) {
      var interval = Duration.ofSeconds(learning.checkpointSeconds);
      result = run.run(interval, progress, perplexities(settings.code().tokens(), out));
      progress.finishBar();
      if (result.ending() == TrainingResult.Ending.STOPPED) {
        out.println("stopped after " + result.updates() + " updates; to go on:");
        out.println("  ./rnn train text --resume " + folder);
        return interrupt.exitStatus();
      }
    }
    summarize(result, settings.code().tokens(), out);
    if (texts.test() != null) {
      out.println("test     " + run.test(texts.test()));
    }
    out.println("folder   " + folder + " (" + TokenModel.FILE + ", history.csv, loss.png)");
    out.println("try      ./rnn sample --model " + folder);
    return !settings.quick() || hasLearnt(run, result, out) ? 0 : 1;
  }

  private static void describe(
      TextTraining run, TextSettings settings, Texts texts, Backend backend, PrintWriter out) {
    var shape = settings.shape();
    out.println("backend  " + backend.device());
    out.println(
        Numbers.format(
            "text     %s: %,d different %s; an epoch trains on %,d and validates on %,d",
            texts.training().name(),
            run.model().code().vocabulary().size(),
            settings.code().tokens().plural(),
            run.trainingTokens(),
            run.validationTokens()));
    out.println(
        Numbers.format(
            "model    %s, %d x %d, embedding %d%s: %,d parameters",
            shape.cell(),
            shape.layers(),
            shape.hidden(),
            shape.embed(),
            shape.tie() ? " tied to the output" : "",
            run.model().parameterCount()));
    out.println("learning " + TextOptions.describe(settings.learning()));
  }

  /** Shows after each epoch of a model of words what is usually told of one. */
  private static TrainingListener perplexities(TokenKind kind, PrintWriter out) {
    return new TrainingListener() {
      @Override
      public void epochEnded(EpochResult result) {
        if (kind == TokenKind.WORD) {
          out.println(
              Numbers.format(
                  "  perplexity: train %.2f, validation %.2f",
                  Math.exp(result.trainingLoss()), Math.exp(result.validation())));
        }
      }
    };
  }

  private static void summarize(TrainingResult result, TokenKind kind, PrintWriter out) {
    double nats = result.requireBest().bestValidation();
    out.println(
        Numbers.format(
            "best     epoch %d, validation %.4f nats a %s%s",
            result.bestEpoch(),
            nats,
            kind.singular(),
            kind == TokenKind.WORD ? Numbers.format(", perplexity %.2f", Math.exp(nats)) : ""));
  }

  /** Tells whether the model knows more than how frequent each token is. */
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

  @Override
  public String insteadOfPredict() {
    return "./rnn sample, which goes on writing a text, and ./rnn eval, which scores one";
  }

  @Override
  public String score(Path model, Path data, Backend backend) throws IOException {
    try (var loaded = TokenModel.read(model, backend)) {
      return "score    " + TextScore.of(loaded, Text.read(data));
    }
  }

  private void requireNoContradiction(TextSettings saved, Path folder) throws IOException {
    var found = new ArrayList<String>();
    found.addAll(TextOptions.differences(code.over(saved.code()), saved.code()));
    found.addAll(TextOptions.differences(sizes.over(saved.shape()), saved.shape()));
    var longer = saved.withEpochs(learning.over(saved.learning()).epochs()).learning();
    found.addAll(TextOptions.differences(learning.over(saved.learning()), longer));
    if (places.quick && !saved.quick()) {
      found.add("--quick (the run is not quick)");
    }
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

  private static @Nullable String name(@Nullable Path file) {
    return file == null ? null : file.toAbsolutePath().toString();
  }

  /** Returns the file that is given, or else that of the run. */
  private static @Nullable Path file(@Nullable Path given, @Nullable String saved) {
    return given != null || saved == null ? given : Path.of(saved);
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
    var name =
        "text-"
            + (code.tokens() == TokenKind.CHARACTER ? "" : code.tokens() + "-")
            + (places.quick ? "quick-" : "")
            + dataName();
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
