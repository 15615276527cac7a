package dev.recurrent.data;

import java.util.List;

/**
 * Cuts a text into tokens, and joins tokens to a text.
 *
 * <p>A tokenizer has no state; those here are thread-safe.
 */
public interface Tokenizer {
  /** Cuts a text into tokens. */
  List<String> tokens(String text);

  /** Joins tokens to a text, which may differ from the one they came from in spaces and case. */
  String join(List<String> tokens);

  /** Returns the name by which {@link #named} finds it, for the metadata of a model file. */
  String name();

  /** Returns the tokenizer whose tokens are characters (code points); nothing is lost. */
  static Tokenizer characters() {
    return CharacterTokenizer.INSTANCE;
  }

  /** Returns the tokenizer whose tokens are what stands between spaces, of any kind. */
  static Tokenizer whitespace() {
    return WhitespaceTokenizer.INSTANCE;
  }

  /**
   * Returns the tokenizer whose tokens are what stands between spaces, and {@link Vocabulary#END}
   * for each line feed: for language models of running text.
   */
  static Tokenizer whitespaceLines() {
    return LineTokenizer.INSTANCE;
  }

  /**
   * Returns the tokenizer whose tokens are words and punctuation marks. A word is a run of letters
   * and digits and keeps apostrophes and hyphens inside it ({@code don't}, {@code peut-être}); any
   * other character is a token of its own. Spaces part tokens, no-break and narrow ones included,
   * and so does the {@code <br />} of HTML.
   */
  static Tokenizer words(LetterCase letterCase) {
    return letterCase == LetterCase.KEEP ? WordTokenizer.KEEP : WordTokenizer.LOWER;
  }

  /**
   * Returns the tokenizer that cuts as {@link #words} does, and also behind each apostrophe inside
   * a word, as suits languages that join short words to the next: {@code l'eau} is {@code l'} and
   * {@code eau}. Joining puts them together again.
   */
  static Tokenizer clitics(LetterCase letterCase) {
    return letterCase == LetterCase.KEEP ? WordTokenizer.CLITICS_KEEP : WordTokenizer.CLITICS_LOWER;
  }

  /**
   * Returns the tokenizer of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Tokenizer named(String name) {
    return switch (name) {
      case "characters" -> characters();
      case "whitespace" -> whitespace();
      case "whitespace-lines" -> whitespaceLines();
      case "words" -> words(LetterCase.KEEP);
      case "words-lower" -> words(LetterCase.LOWER);
      case "clitics" -> clitics(LetterCase.KEEP);
      case "clitics-lower" -> clitics(LetterCase.LOWER);
      default ->
          throw new IllegalArgumentException(
              "tokenizer: expected characters, whitespace, whitespace-lines, words, words-lower,"
                  + " clitics or clitics-lower, got "
                  + name);
    };
  }
}
