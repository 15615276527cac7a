package dev.recurrent.examples.harness;

import dev.recurrent.examples.run.CellName;
import dev.recurrent.examples.run.Numbers;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that all tasks have. What is null was not given: its value is the task's default. */
final class TaskOptions {
  private TaskOptions() {}

  /** Where the data are, and where the run goes. */
  static final class Places {
    @Option(
        names = "--data",
        paramLabel = "FILE",
        order = 1,
        description = "What trains. Default: a small sample that is made")
    @Nullable Path data;

    @Option(
        names = "--validation",
        paramLabel = "FILE",
        order = 2,
        description = "What chooses the best epoch. Default: a part of --data")
    @Nullable Path validation;

    @Option(
        names = "--test",
        paramLabel = "FILE",
        order = 3,
        description = "What gives the score. Default: a part of --data")
    @Nullable Path test;

    @Option(
        names = "--shares",
        paramLabel = "A,B,C",
        order = 4,
        split = ",",
        hideParamSyntax = true,
        description =
            "The shares of --data that train, validate and test, where no files are named for"
                + " those. Default: 0.8,0.1,0.1, but 0.9,0.1,0 of a text")
    @Nullable List<Double> shares;

    /** Returns the three shares, which are for {@link dev.recurrent.data.Splits} to check. */
    double[] shares(CommandSpec spec, double... defaults) {
      if (shares == null) {
        return defaults;
      }
      if (shares.size() != 3) {
        throw new ParameterException(
            spec.commandLine(), "--shares: expected three numbers, got " + shares);
      }
      return shares.stream().mapToDouble(Double::doubleValue).toArray();
    }

    @Option(
        names = "--skip-bad",
        order = 5,
        description = "Pass over malformed rows and say how many there were.")
    boolean skipBad;

    @Option(
        names = "--max-bad",
        paramLabel = "SHARE",
        order = 5,
        defaultValue = "0.1",
        converter = Numbers.Share.class,
        description = "The share of rows that --skip-bad may pass over. Default: ${DEFAULT-VALUE}")
    double maxBad = 0.1;

    @Option(
        names = "--encoding",
        paramLabel = "NAME",
        order = 5,
        defaultValue = "UTF-8",
        description =
            "How the files of data are encoded, such as windows-1252 or UTF-16."
                + " Default: ${DEFAULT-VALUE}")
    Charset encoding = StandardCharsets.UTF_8;

    @Option(
        names = "--out",
        paramLabel = "DIR",
        order = 6,
        description = "Folder of the run. Default: a new one under runs/")
    @Nullable Path out;

    @Option(
        names = "--resume",
        paramLabel = "DIR",
        order = 7,
        description =
            "Go on with the run in this folder; --epochs may be higher than before, and --data may"
                + " name the same data in another place.")
    @Nullable Path resume;

    @Option(
        names = "--quick",
        order = 8,
        description =
            "A small model on the sample, in less than a minute; fails if it does not beat a"
                + " baseline that has not learnt.")
    boolean quick;
  }

  /** How large the model is and how it learns. */
  static final class Learning {
    @Option(
        names = "--cell",
        paramLabel = "NAME",
        order = 11,
        converter = CellName.Lowercase.class,
        completionCandidates = CellName.Candidates.class,
        description = "One of ${COMPLETION-CANDIDATES}; some tasks have more.")
    @Nullable String cell;

    @Option(
        names = "--hidden",
        paramLabel = "N",
        order = 12,
        converter = Numbers.AtLeastOne.class,
        description = "Hidden size.")
    @Nullable Integer hidden;

    @Option(
        names = "--layers",
        paramLabel = "N",
        order = 13,
        converter = Numbers.AtLeastOne.class,
        description = "Recurrent layers.")
    @Nullable Integer layers;

    @Option(
        names = "--memory",
        paramLabel = "STEPS",
        order = 14,
        converter = Numbers.AtLeastZero.class,
        description =
            "Gates start so that units remember for 1 to STEPS steps (chrono initialization); 0:"
                + " as the cell has them.")
    @Nullable Integer memory;

    @Option(
        names = "--embed",
        paramLabel = "N",
        order = 15,
        converter = Numbers.AtLeastOne.class,
        description = "Size of a token's vector, for tasks with tokens.")
    @Nullable Integer embed;

    @Option(
        names = "--dropout",
        paramLabel = "P",
        order = 16,
        converter = Numbers.Rate.class,
        description = "Rate of dropout between layers.")
    @Nullable Double dropout;

    @Option(
        names = "--batch",
        paramLabel = "N",
        order = 17,
        converter = Numbers.AtLeastOne.class,
        description = "Sequences of a mini-batch.")
    @Nullable Integer batch;

    @Option(
        names = "--seq",
        paramLabel = "N",
        order = 17,
        converter = Numbers.AtLeastOne.class,
        description =
            "Steps of a window, an update each, over which the gradient goes back (truncated"
                + " BPTT), for tasks with long sequences.")
    @Nullable Integer window;

    @Option(
        names = "--epochs",
        paramLabel = "N",
        order = 18,
        converter = Numbers.AtLeastOne.class,
        description = "At most so many passes through the data.")
    @Nullable Integer epochs;

    @Option(
        names = "--patience",
        paramLabel = "N",
        order = 19,
        converter = Numbers.AtLeastOne.class,
        description = "End after more validations in a row without a new best one.")
    @Nullable Integer patience;

    @Option(
        names = "--optimizer",
        paramLabel = "NAME",
        order = 20,
        description = "One of ${COMPLETION-CANDIDATES}.")
    @Nullable Descent optimizer;

    @Option(
        names = "--lr",
        paramLabel = "X",
        order = 20,
        converter = Numbers.AboveZero.class,
        description = "Learning rate at the start.")
    @Nullable Double learningRate;

    @Option(
        names = "--clip",
        paramLabel = "X",
        order = 21,
        converter = Numbers.AboveZero.class,
        description = "Limit of the gradient's norm.")
    @Nullable Double clip;

    @Option(
        names = "--weight-decay",
        paramLabel = "X",
        order = 22,
        converter = Numbers.NotNegative.class,
        description = "Weight decay; above 0 Adam is AdamW.")
    @Nullable Double weightDecay;

    @Option(
        names = "--decay",
        paramLabel = "COURSE",
        order = 23,
        converter = Decay.Converter.class,
        description =
            "How the learning rate falls: none; cosine, to 0 at the last epoch's end; or a number,"
                + " by which it is multiplied at each epoch after --decay-after.")
    @Nullable Decay decay;

    @Option(
        names = "--decay-after",
        paramLabel = "N",
        order = 23,
        converter = Numbers.AtLeastZero.class,
        description = "Epochs at the learning rate of the start, where --decay is a number.")
    @Nullable Integer decayAfter;

    @Option(
        names = "--seed",
        paramLabel = "N",
        order = 24,
        defaultValue = "1",
        description = "Decides all that is random. Default: ${DEFAULT-VALUE}")
    long seed = 1;

    @Option(
        names = "--checkpoint-seconds",
        paramLabel = "N",
        order = 25,
        defaultValue = "60",
        converter = Numbers.AtLeastZero.class,
        description = "Time between checkpoints within an epoch. Default: ${DEFAULT-VALUE}")
    int checkpointSeconds = 60;

    /** Puts the defaults in the place of what was not given. */
    Settings over(Settings defaults) {
      if (embed != null && defaults.embed() == 0) {
        throw new IllegalArgumentException(
            "--embed: expected a task with tokens, got one that reads numbers");
      }
      if (window != null && defaults.window() == 0) {
        throw new IllegalArgumentException(
            "--seq: expected a task that is trained in windows, got one with whole sequences");
      }
      var course = Objects.requireNonNullElse(decay, defaults.decay());
      if (decayAfter != null && course.shape() != Decay.Shape.STEPS) {
        throw new IllegalArgumentException(
            "--decay-after: expected a number as --decay with it, got " + course);
      }
      return defaults
          .cell(Objects.requireNonNullElse(cell, defaults.cell()))
          .hidden(Objects.requireNonNullElse(hidden, defaults.hidden()))
          .layers(Objects.requireNonNullElse(layers, defaults.layers()))
          .memory(Objects.requireNonNullElse(memory, defaults.memory()))
          .embed(Objects.requireNonNullElse(embed, defaults.embed()))
          .dropout(Objects.requireNonNullElse(dropout, defaults.dropout()))
          .batch(Objects.requireNonNullElse(batch, defaults.batch()))
          .epochs(
              Objects.requireNonNullElse(epochs, defaults.epochs()),
              Objects.requireNonNullElse(patience, defaults.patience()))
          .learning(
              Objects.requireNonNullElse(learningRate, defaults.learningRate()),
              Objects.requireNonNullElse(clip, defaults.clip()))
          .weightDecay(Objects.requireNonNullElse(weightDecay, defaults.weightDecay()))
          .window(Objects.requireNonNullElse(window, defaults.window()))
          .optimizer(Objects.requireNonNullElse(optimizer, defaults.optimizer()))
          .decay(course, Objects.requireNonNullElse(decayAfter, defaults.decayAfter()));
    }
  }
}
