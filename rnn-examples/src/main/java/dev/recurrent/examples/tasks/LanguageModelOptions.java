package dev.recurrent.examples.tasks;

import dev.recurrent.data.Vocabulary;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.examples.text.Text;
import dev.recurrent.examples.text.TextCode;
import dev.recurrent.examples.text.TokenKind;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@link LanguageModel} that other tasks do not have. */
final class LanguageModelOptions {
  private static final int MERGES = 4000;
  private static final int QUICK_MERGES = 500;

  @Option(
      names = "--tokens",
      paramLabel = "KIND",
      order = 31,
      defaultValue = "character",
      description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  TokenKind tokens = TokenKind.CHARACTER;

  @Option(
      names = "--min-count",
      paramLabel = "N",
      order = 32,
      converter = Numbers.AtLeastOne.class,
      description =
          "How often a token occurs in the training text at least; <unk> stands for the others."
              + " Default: 1, but 2 for words of a text without <unk>")
  private @Nullable Integer minCount;

  @Option(
      names = "--merges",
      paramLabel = "N",
      order = 33,
      converter = Numbers.AtLeastOne.class,
      description =
          "Merges that are learnt for bpe. Default: " + MERGES + " (quick: " + QUICK_MERGES + ")")
  private @Nullable Integer merges;

  @Option(
      names = "--tie",
      order = 34,
      description =
          "Predict tokens with the vectors by which they are read, as words and bpe are by default;"
              + " --embed is then the hidden size")
  private boolean tie;

  @Option(
      names = "--no-tie",
      order = 35,
      description = "Predict tokens with weights of their own, as characters are by default.")
  private boolean untie;

  /** Refuses options that say nothing of these tokens. */
  void requireConsistent() {
    if (merges != null && tokens != TokenKind.BPE) {
      throw new IllegalArgumentException("--merges: expected --tokens bpe with it");
    }
    if (tie && untie) {
      throw new IllegalArgumentException("--tie: expected it or --no-tie, got both");
    }
  }

  /** Tells whether tokens are predicted with the vectors by which they are read. */
  boolean tied() {
    return tie || (tokens != TokenKind.CHARACTER && !untie);
  }

  /**
   * Returns how a text becomes tokens: all are kept where nothing is said, but for words of a text
   * whose rare words have not been replaced already, as they are in the Penn treebank.
   */
  TextCode.Rule rule(Text training, boolean quick) {
    boolean rareWords =
        tokens == TokenKind.WORD && !training.content().contains(Vocabulary.UNKNOWN);
    return new TextCode.Rule(
        tokens,
        Objects.requireNonNullElse(minCount, rareWords ? 2 : 1),
        Objects.requireNonNullElse(merges, quick ? QUICK_MERGES : MERGES));
  }
}
