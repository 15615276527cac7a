package dev.recurrent.examples;

import dev.recurrent.examples.run.CellName;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.examples.text.TextSettings;
import dev.recurrent.examples.text.TokenKind;
import dev.recurrent.examples.text.TokenModel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options of {@link TrainTextCommand} by groups. What is null was not given: its value is the
 * default, or for a resumed run what that run began with.
 */
final class TextOptions {
  private TextOptions() {}

  /** Returns settings as the options that give them: {@code --cell lstm --hidden 256}. */
  static String describe(Record... settings) {
    return Stream.of(settings)
        .flatMap(part -> values(part).entrySet().stream())
        .map(option -> option.getKey() + " " + option.getValue())
        .collect(Collectors.joining(" "));
  }

  /** Returns where settings differ, such as {@code --hidden 128 (the run has 256)}. */
  static List<String> differences(Record wanted, Record saved) {
    var ofRun = values(saved);
    return values(wanted).entrySet().stream()
        .filter(option -> !option.getValue().equals(ofRun.get(option.getKey())))
        .map(
            option ->
                "%s %s (the run has %s)"
                    .formatted(option.getKey(), option.getValue(), ofRun.get(option.getKey())))
        .toList();
  }

  /** Returns the values of a record's components, by the names of the options that set them. */
  private static Map<String, Object> values(Record settings) {
    var values = new LinkedHashMap<String, Object>();
    for (var component : settings.getClass().getRecordComponents()) {
      var option = "--" + component.getName().replaceAll("[A-Z]", "-$0").toLowerCase(Locale.ROOT);
      try {
        values.put(option, component.getAccessor().invoke(settings));
      } catch (ReflectiveOperationException e) {
        throw new LinkageError("the records of TextSettings are public", e);
      }
    }
    return values;
  }

  /** Where the text is, and where the run goes. */
  static final class Places {
    @Option(
        names = "--data",
        paramLabel = "FILE",
        order = 1,
        description =
            "A text in UTF-8, which may be compressed by gzip. Default: this project's own"
                + " documents and sources")
    @Nullable Path data;

    @Option(
        names = "--validation",
        paramLabel = "FILE",
        order = 2,
        description = "What chooses the best epoch. Default: the last tenth of --data")
    @Nullable Path validation;

    @Option(
        names = "--test",
        paramLabel = "FILE",
        order = 3,
        description = "What gives the score at the end. Default: none")
    @Nullable Path test;

    @Option(
        names = "--out",
        paramLabel = "DIR",
        order = 4,
        description = "Folder of the run. Default: a new one under runs/")
    @Nullable Path out;

    @Option(
        names = "--resume",
        paramLabel = "DIR",
        order = 5,
        description = "Go on with the run in this folder; --epochs may be higher than before.")
    @Nullable Path resume;

    @Option(
        names = "--quick",
        order = 6,
        description =
            "A small model on the first 200,000 characters, in seconds; fails if it does not beat"
                + " the text's unigram entropy.")
    boolean quick;
  }

  /** What is predicted one of. */
  static final class Code {
    @Option(
        names = "--tokens",
        paramLabel = "KIND",
        order = 1,
        description = "One of ${COMPLETION-CANDIDATES}. Default: character")
    @Nullable TokenKind tokens;

    @Option(
        names = "--min-count",
        paramLabel = "N",
        order = 2,
        converter = Numbers.AtLeastOne.class,
        description =
            "How often a token occurs in the training text at least; <unk> stands for the others."
                + " Default: 1, but 2 for words of a text without <unk>")
    @Nullable Integer minCount;

    @Option(
        names = "--merges",
        paramLabel = "N",
        order = 3,
        converter = Numbers.AtLeastOne.class,
        description = "Merges that are learnt for bpe. Default: 4000 (quick: 500)")
    @Nullable Integer merges;

    TokenKind tokens() {
      return Objects.requireNonNullElse(tokens, TokenKind.CHARACTER);
    }

    /** Puts the defaults in the place of what was not given. */
    TextSettings.Code over(TextSettings.Code defaults) {
      if (merges != null && defaults.tokens() != TokenKind.BPE) {
        throw new IllegalArgumentException("--merges: expected --tokens bpe with it");
      }
      return new TextSettings.Code(
          Objects.requireNonNullElse(tokens, defaults.tokens()),
          Objects.requireNonNullElse(minCount, defaults.minCount()),
          Objects.requireNonNullElse(merges, defaults.merges()));
    }
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
        description = "Hidden size.")
    @Nullable Integer hidden;

    @Option(
        names = "--layers",
        paramLabel = "N",
        order = 3,
        converter = Numbers.AtLeastOne.class,
        description = "Recurrent layers.")
    @Nullable Integer layers;

    @Option(
        names = "--embed",
        paramLabel = "N",
        order = 4,
        converter = Numbers.AtLeastOne.class,
        description = "Size of a token's vector. Default with --tie: the hidden size")
    @Nullable Integer embed;

    @Option(
        names = "--tie",
        negatable = true,
        order = 5,
        description = "Predict tokens with the vectors by which they are read.")
    @Nullable Boolean tie;

    /** Puts the defaults in the place of what was not given. */
    TokenModel.Shape over(TokenModel.Shape defaults) {
      int size = Objects.requireNonNullElse(hidden, defaults.hidden());
      boolean tied = Objects.requireNonNullElse(tie, defaults.tie());
      int otherwise = tied && embed == null && hidden != null ? size : defaults.embed();
      return new TokenModel.Shape(
          Objects.requireNonNullElse(cell, defaults.cell()),
          size,
          Objects.requireNonNullElse(layers, defaults.layers()),
          Objects.requireNonNullElse(embed, otherwise),
          tied);
    }
  }

  /** How the model learns. */
  static final class Learning {
    @Option(
        names = "--dropout",
        paramLabel = "P",
        order = 1,
        converter = Numbers.Rate.class,
        description = "Rate of dropout before and after each recurrent layer.")
    @Nullable Double dropout;

    @Option(
        names = "--batch",
        paramLabel = "N",
        order = 2,
        converter = Numbers.AtLeastOne.class,
        description = "Parallel streams.")
    @Nullable Integer batch;

    @Option(
        names = "--seq",
        paramLabel = "N",
        order = 3,
        converter = Numbers.AtLeastOne.class,
        description = "Tokens of a window: an update each.")
    @Nullable Integer seq;

    @Option(
        names = "--epochs",
        paramLabel = "N",
        order = 4,
        converter = Numbers.AtLeastOne.class,
        description = "Passes through the text.")
    @Nullable Integer epochs;

    @Option(
        names = "--optimizer",
        paramLabel = "NAME",
        order = 5,
        description = "One of ${COMPLETION-CANDIDATES}.")
    TextSettings.@Nullable Method optimizer;

    @Option(
        names = "--lr",
        paramLabel = "X",
        order = 6,
        converter = Numbers.AboveZero.class,
        description = "Learning rate at the start.")
    @Nullable Double lr;

    @Option(
        names = "--decay",
        paramLabel = "X",
        order = 7,
        converter = Numbers.AboveZero.class,
        description = "Factor of the learning rate at each epoch after --decay-after.")
    @Nullable Double decay;

    @Option(
        names = "--decay-after",
        paramLabel = "N",
        order = 7,
        converter = Numbers.AtLeastZero.class,
        description = "Epochs at the learning rate of the start.")
    @Nullable Integer decayAfter;

    @Option(
        names = "--clip",
        paramLabel = "X",
        order = 8,
        converter = Numbers.AboveZero.class,
        description = "Limit of the gradient's norm.")
    @Nullable Double clip;

    @Option(
        names = "--seed",
        paramLabel = "N",
        order = 9,
        description = "Decides all that is random.")
    @Nullable Long seed;

    @Option(
        names = "--checkpoint-seconds",
        paramLabel = "N",
        order = 10,
        defaultValue = "60",
        converter = Numbers.AtLeastZero.class,
        description = "Time between checkpoints within an epoch. Default: ${DEFAULT-VALUE}")
    int checkpointSeconds = 60;

    /** Puts the defaults in the place of what was not given. */
    TextSettings.Learning over(TextSettings.Learning defaults) {
      return new TextSettings.Learning(
          Objects.requireNonNullElse(dropout, defaults.dropout()),
          Objects.requireNonNullElse(batch, defaults.batch()),
          Objects.requireNonNullElse(seq, defaults.seq()),
          Objects.requireNonNullElse(epochs, defaults.epochs()),
          Objects.requireNonNullElse(optimizer, defaults.optimizer()),
          Objects.requireNonNullElse(lr, defaults.lr()),
          Objects.requireNonNullElse(decay, defaults.decay()),
          Objects.requireNonNullElse(decayAfter, defaults.decayAfter()),
          Objects.requireNonNullElse(clip, defaults.clip()),
          Objects.requireNonNullElse(seed, defaults.seed()));
    }
  }
}
