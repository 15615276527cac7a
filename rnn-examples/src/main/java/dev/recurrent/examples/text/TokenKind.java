package dev.recurrent.examples.text;

import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.Vocabulary;
import java.util.Locale;

/** Says what a language model predicts one of. */
public enum TokenKind {
  /** Characters, each a code point of Unicode. */
  CHARACTER,
  /** What stands between spaces, and the end of each line. */
  WORD;

  /** Returns what the tokens are, in the plural. */
  public String plural() {
    return this + "s";
  }

  /** Returns how often a token of a text has to occur in it where nothing is said. */
  public int minimumCount(Text text) {
    // A text whose rare words have been replaced already, as in the Penn treebank, is left as it
    // is.
    boolean keepsAll = this != WORD || text.content().contains(Vocabulary.UNKNOWN);
    return keepsAll ? 1 : 2;
  }

  /** Returns what cuts a text into such tokens. */
  Tokenizer tokenizer() {
    return switch (this) {
      case CHARACTER -> Tokenizer.characters();
      case WORD -> Tokenizer.whitespaceLines();
    };
  }

  /** Returns the name on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
