package dev.recurrent.examples.text;

import java.util.Locale;

/** Says what a language model predicts one of. */
public enum TokenKind {
  /** Characters, each a code point of Unicode. */
  CHARACTER,
  /** What stands between spaces, and the end of each line. */
  WORD,
  /** Pieces of words, learnt by byte pair encoding. */
  BPE;

  /** Returns what a token is. */
  public String singular() {
    return this == BPE ? "piece" : toString();
  }

  /** Returns what the tokens are, in the plural. */
  public String plural() {
    return singular() + "s";
  }

  /** Returns the name on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
