package dev.recurrent.examples.tasks;

import dev.recurrent.data.Rows;
import dev.recurrent.data.SentencePair;
import dev.recurrent.data.SentencePairs;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.examples.run.Numbers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@link Translate} besides those of all tasks and of all decoders. */
final class TranslateOptions {
  @Option(
      names = "--target-data",
      paramLabel = "FILE",
      order = 31,
      description = "Translations of the lines of --data, which then has no tabs.")
  private @Nullable Path targetData;

  @Option(
      names = "--vocabulary",
      paramLabel = "N",
      order = 32,
      defaultValue = "10000",
      converter = Numbers.AtLeastOne.class,
      description = "At most so many words of each language. Default: ${DEFAULT-VALUE}")
  private int vocabularySize = 10_000;

  @Option(
      names = "--min-count",
      paramLabel = "N",
      order = 33,
      defaultValue = "2",
      converter = Numbers.AtLeastOne.class,
      description = "Words that occur less often are all one. Default: ${DEFAULT-VALUE}")
  private int minCount = 2;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      order = 34,
      defaultValue = "30",
      converter = Numbers.AtLeastOne.class,
      description = "No longer sentences are trained on; all are tested. Default: ${DEFAULT-VALUE}")
  int maxLength = 30;

  @Option(
      names = "--beside",
      paramLabel = "DIR",
      order = 35,
      description =
          "Folder of a finished run to draw beside this one in by-length.png; another one may be"
              + " given when a run goes on.")
  @Nullable Path beside;

  /** Reads the pairs that train. */
  List<SentencePair> pairs(Path data, Rows rows) throws IOException {
    return targetData == null
        ? SentencePairs.read(data, rows)
        : SentencePairs.read(data, targetData, rows);
  }

  /** Returns which words of a language the network knows. */
  Vocabulary.Selection selection() {
    return new Vocabulary.Selection(minCount, vocabularySize);
  }
}
