package dev.recurrent.examples.tasks;

import dev.recurrent.data.LabelledTexts;
import dev.recurrent.data.Rows;
import dev.recurrent.data.Table;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.data.WordVectors;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.layer.SequencePooling;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of {@link Sentiment}, for {@code @Mixin}. */
final class SentimentOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--text-column",
      paramLabel = "NAME",
      order = 31,
      defaultValue = "text",
      description = "Column of the texts. Default: ${DEFAULT-VALUE}")
  private String textColumn = "text";

  @Option(
      names = "--label-column",
      paramLabel = "NAME",
      order = 32,
      defaultValue = "label",
      description = "Column of the classes. Default: ${DEFAULT-VALUE}")
  private String labelColumn = "label";

  @Option(
      names = "--classes",
      paramLabel = "NAME",
      order = 33,
      split = ",",
      description = "Take only these classes. Default: all")
  private @Nullable List<String> classes;

  @Option(
      names = "--vocabulary",
      paramLabel = "N",
      order = 34,
      defaultValue = "20000",
      converter = Numbers.AtLeastOne.class,
      description = "At most so many words, the most frequent. Default: ${DEFAULT-VALUE}")
  private int vocabularySize = 20_000;

  @Option(
      names = "--min-count",
      paramLabel = "N",
      order = 35,
      defaultValue = "3",
      converter = Numbers.AtLeastOne.class,
      description = "Words that occur less often are all one. Default: ${DEFAULT-VALUE}")
  private int minCount = 3;

  @Option(
      names = "--min-length",
      paramLabel = "N",
      order = 36,
      defaultValue = "0",
      converter = Numbers.AtLeastZero.class,
      description = "Take only texts of at least so many words. Default: ${DEFAULT-VALUE}")
  int minLength;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      order = 37,
      defaultValue = "400",
      converter = Numbers.AtLeastOne.class,
      description = "Of longer texts only so many words are read. Default: ${DEFAULT-VALUE}")
  private int maxLength = 400;

  @Option(
      names = "--keep",
      paramLabel = "END",
      order = 38,
      defaultValue = "last",
      description = "Which words of longer texts, ${COMPLETION-CANDIDATES}. Default: last")
  private Kept kept = Kept.LAST;

  @Option(
      names = "--word-dropout",
      paramLabel = "P",
      order = 39,
      defaultValue = "0",
      converter = Numbers.Rate.class,
      description =
          "Share of words that training takes for unknown ones. Default: ${DEFAULT-VALUE}")
  double wordDropout;

  @Option(
      names = "--pooling",
      paramLabel = "WAY",
      order = 40,
      defaultValue = "mean",
      description =
          "From steps to one vector, one of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  SequencePooling.Kind pooling = SequencePooling.Kind.MEAN;

  @Option(
      names = "--vectors",
      paramLabel = "FILE",
      order = 41,
      description = "GloVe's or word2vec's vectors in text form, with which words start.")
  private @Nullable Path vectors;

  @Option(names = "--bidirectional", order = 42, description = "Read each text in both directions.")
  boolean bidirectional;

  private enum Kept {
    FIRST,
    LAST;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Returns the reader of reviews. */
  LabelledTexts reader(Table.Dialect dialect) {
    return new LabelledTexts(
        textColumn, labelColumn, classes == null ? List.of() : classes, dialect);
  }

  /** Returns which words have a vector of their own. */
  Vocabulary.Selection selection() {
    return new Vocabulary.Selection(minCount, vocabularySize);
  }

  /** Returns those words of a text that are read. */
  List<String> kept(List<String> words) {
    int left = Math.max(0, words.size() - maxLength);
    return kept == Kept.LAST
        ? words.subList(left, words.size())
        : words.subList(0, words.size() - left);
  }

  /** Reads the vectors with which words start, by their numbers; none where no file is named. */
  Map<Integer, float[]> vectors(Vocabulary vocabulary, int size) throws IOException {
    if (vectors == null) {
      return Map.of();
    }
    var given = WordVectors.read(vectors, vocabulary, Rows.failing());
    if (given.size() != size) {
      throw new ParameterException(
          spec.commandLine(), "--embed: expected " + given.size() + " as in " + vectors);
    }
    return given.byToken();
  }
}
