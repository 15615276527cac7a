package dev.recurrent.examples.tasks;

import dev.recurrent.data.ConllU;
import dev.recurrent.data.ConllU.Sentence;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.examples.run.Numbers;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@link Tags}, for {@code @Mixin}. */
final class TagsOptions {
  @Option(
      names = "--tag-column",
      paramLabel = "COLUMN",
      order = 31,
      defaultValue = "upos",
      description = "Which tags, one of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  ConllU.Tags tagColumn = ConllU.Tags.UPOS;

  @Option(
      names = "--min-count",
      paramLabel = "N",
      order = 32,
      defaultValue = "2",
      converter = Numbers.AtLeastOne.class,
      description =
          "Words that occur less often have no vector of their own. Default: ${DEFAULT-VALUE}")
  private int minCount = 2;

  @Option(
      names = "--word-dropout",
      paramLabel = "P",
      order = 33,
      defaultValue = "0.1",
      converter = Numbers.Rate.class,
      description =
          "Share of words that training takes for unknown ones. Default: ${DEFAULT-VALUE}")
  double wordDropout = 0.1;

  @Option(
      names = "--character-embed",
      paramLabel = "N",
      order = 34,
      defaultValue = "50",
      converter = Numbers.AtLeastOne.class,
      description = "Size of a character's vector. Default: ${DEFAULT-VALUE}")
  int characterEmbed = 50;

  @Option(
      names = "--character-hidden",
      paramLabel = "N",
      order = 35,
      defaultValue = "50",
      converter = Numbers.AtLeastOne.class,
      description = "Hidden size of what reads words. Default: ${DEFAULT-VALUE}")
  int characterHidden = 50;

  /** Returns the tags of a sentence, or null where they are not known. */
  @Nullable List<String> tags(Sentence sentence) {
    var words = sentence.words().stream();
    var tags = words.map(tagColumn::of).toList();
    return tags.contains(ConllU.NO_TAG) ? null : tags;
  }

  /** Returns which words and characters have a vector of their own. */
  Vocabulary.Selection selection() {
    return new Vocabulary.Selection(minCount, Integer.MAX_VALUE);
  }
}
