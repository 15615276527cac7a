package dev.recurrent.examples;

import dev.recurrent.examples.run.CellName;
import dev.recurrent.examples.run.Numbers;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options of {@link TrainTextCommand} by groups. What is null was not given: its value is the
 * default, or for a resumed run what that run began with.
 */
final class TextOptions {
  private TextOptions() {}

  /** Where the text is, and where the run goes. */
  static final class Places {
    @Option(
        names = "--data",
        paramLabel = "FILE",
        order = 1,
        description = "A text in UTF-8. Default: this project's own documents and sources")
    @Nullable Path data;

    @Option(
        names = "--out",
        paramLabel = "DIR",
        order = 2,
        description = "Folder of the run. Default: a new one under runs/")
    @Nullable Path out;

    @Option(
        names = "--resume",
        paramLabel = "DIR",
        order = 3,
        description = "Go on with the run in this folder; --epochs may be higher than before.")
    @Nullable Path resume;

    @Option(
        names = "--quick",
        order = 4,
        description =
            "A small model on the first 200,000 characters, in seconds; fails if it does not beat"
                + " the text's unigram entropy.")
    boolean quick;
  }

  /** How large the model is. */
  static final class ModelSizes {
    @Option(
        names = "--cell",
        paramLabel = "NAME",
        order = 1,
        converter = CellName.class,
        completionCandidates = CellName.Candidates.class,
        description = "One of ${COMPLETION-CANDIDATES}. Default: lstm")
    @Nullable String cell;

    @Option(
        names = "--hidden",
        paramLabel = "N",
        order = 2,
        converter = Numbers.AtLeastOne.class,
        description = "Hidden size. Default: 256 (quick: 128)")
    @Nullable Integer hidden;

    @Option(
        names = "--layers",
        paramLabel = "N",
        order = 3,
        converter = Numbers.AtLeastOne.class,
        description = "Recurrent layers. Default: 2 (quick: 1)")
    @Nullable Integer layers;

    @Option(
        names = "--embed",
        paramLabel = "N",
        order = 4,
        converter = Numbers.AtLeastOne.class,
        description = "Size of a character's vector. Default: 64 (quick: 32)")
    @Nullable Integer embed;

    @Option(
        names = "--dropout",
        paramLabel = "P",
        order = 5,
        converter = Numbers.Rate.class,
        description = "Rate after each recurrent layer. Default: 0")
    @Nullable Double dropout;
  }

  /** How the model learns. */
  static final class Learning {
    @Option(
        names = "--batch",
        paramLabel = "N",
        order = 1,
        converter = Numbers.AtLeastOne.class,
        description = "Parallel streams. Default: 64 (quick: 32)")
    @Nullable Integer batch;

    @Option(
        names = "--seq",
        paramLabel = "N",
        order = 2,
        converter = Numbers.AtLeastOne.class,
        description = "Characters of a window: an update each. Default: 64 (quick: 32)")
    @Nullable Integer seq;

    @Option(
        names = "--epochs",
        paramLabel = "N",
        order = 3,
        converter = Numbers.AtLeastOne.class,
        description = "Passes through the text. Default: 3 (quick: 1)")
    @Nullable Integer epochs;

    @Option(
        names = "--lr",
        paramLabel = "X",
        order = 4,
        converter = Numbers.AboveZero.class,
        description = "Learning rate of Adam. Default: 0.002 (quick: 0.005)")
    @Nullable Double lr;

    @Option(
        names = "--clip",
        paramLabel = "X",
        order = 5,
        converter = Numbers.AboveZero.class,
        description = "Limit of the gradient's norm. Default: 5")
    @Nullable Double clip;

    @Option(
        names = "--seed",
        paramLabel = "N",
        order = 6,
        description = "Decides all that is random. Default: 1")
    @Nullable Long seed;

    @Option(
        names = "--checkpoint-seconds",
        paramLabel = "N",
        order = 7,
        defaultValue = "60",
        converter = Numbers.AtLeastZero.class,
        description = "Time between checkpoints within an epoch. Default: ${DEFAULT-VALUE}")
    int checkpointSeconds = 60;
  }
}
