package dev.recurrent.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Cuts a text into words and punctuation marks; one pass, no regular expression. */
final class WordTokenizer implements Tokenizer {
  static final WordTokenizer KEEP = new WordTokenizer("words", LetterCase.KEEP, Apostrophe.INSIDE);
  static final WordTokenizer LOWER =
      new WordTokenizer("words-lower", LetterCase.LOWER, Apostrophe.INSIDE);
  static final WordTokenizer CLITICS_KEEP =
      new WordTokenizer("clitics", LetterCase.KEEP, Apostrophe.LAST);
  static final WordTokenizer CLITICS_LOWER =
      new WordTokenizer("clitics-lower", LetterCase.LOWER, Apostrophe.LAST);

  private static final String APOSTROPHES = "'’";
  private static final String INSIDE_WORDS = APOSTROPHES + "-‐‑";
  private static final String NO_SPACE_BEFORE = ".,;:!?…)]}%’”»";
  private static final String NO_SPACE_AFTER = "([{¿¡“‘«";
  private static final String LINE_BREAK = "<br";

  private final String name;
  private final LetterCase letterCase;
  private final Apostrophe apostrophe;

  /** Says what an apostrophe between two letters is. */
  private enum Apostrophe {
    /** A part of a word like any other. */
    INSIDE,
    /** The end of a word, after which the next one begins. */
    LAST
  }

  private WordTokenizer(String name, LetterCase letterCase, Apostrophe apostrophe) {
    this.name = name;
    this.letterCase = letterCase;
    this.apostrophe = apostrophe;
  }

  @Override
  public List<String> tokens(String text) {
    List<String> tokens = new ArrayList<>();
    int i = 0;
    while (i < text.length()) {
      int c = text.codePointAt(i);
      int end = i + Character.charCount(c);
      if (isWordPart(c)) {
        end = endOfWord(text, end);
      } else if (c == '<') {
        end = Math.max(end, endOfLineBreak(text, i));
      }
      if (!WhitespaceTokenizer.isSpace(c) && (c != '<' || end == i + 1)) {
        String token = text.substring(i, end);
        tokens.add(letterCase == LetterCase.LOWER ? token.toLowerCase(Locale.ROOT) : token);
      }
      i = end;
    }
    return List.copyOf(tokens);
  }

  /** Joins tokens by spaces, but for those before closing marks and after opening ones. */
  @Override
  public String join(List<String> tokens) {
    var text = new StringBuilder();
    boolean space = false;
    boolean quoted = false;
    for (String token : tokens) {
      boolean quote = token.equals("\"");
      boolean closing = quote ? quoted : isOneOf(NO_SPACE_BEFORE, token);
      text.append(space && !closing ? " " : "").append(token);
      quoted ^= quote;
      space = !(quote ? quoted : isOneOf(NO_SPACE_AFTER, token) || isClitic(token));
    }
    return text.toString();
  }

  @Override
  public String name() {
    return name;
  }

  /** Tells whether a token is a word cut behind its apostrophe, so that the next one follows. */
  private boolean isClitic(String token) {
    int last = token.length() - 1;
    return apostrophe == Apostrophe.LAST
        && last > 0
        && APOSTROPHES.indexOf(token.charAt(last)) >= 0;
  }

  private static boolean isOneOf(String marks, String token) {
    return token.length() == 1 && marks.contains(token);
  }

  private static boolean isWordPart(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK,
          Character.COMBINING_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.LETTER_NUMBER,
          Character.OTHER_NUMBER ->
          true;
      default -> Character.isLetterOrDigit(codePoint);
    };
  }

  private int endOfWord(String text, int from) {
    int end = from;
    while (end < text.length()) {
      int next = end;
      if (INSIDE_WORDS.indexOf(text.charAt(next)) >= 0 && next + 1 < text.length()) {
        next++;
      }
      int c = text.codePointAt(next);
      if (!isWordPart(c)) {
        break;
      }
      if (next > end
          && apostrophe == Apostrophe.LAST
          && APOSTROPHES.indexOf(text.charAt(end)) >= 0) {
        return next;
      }
      end = next + Character.charCount(c);
    }
    return end;
  }

  /** Returns the end of {@code <br>}, {@code <br/>} or {@code <br />} at a place, or 0. */
  private static int endOfLineBreak(String text, int from) {
    if (!text.regionMatches(true, from, LINE_BREAK, 0, LINE_BREAK.length())) {
      return 0;
    }
    int i = from + LINE_BREAK.length();
    while (i < text.length() && text.charAt(i) == ' ') {
      i++;
    }
    if (i < text.length() && text.charAt(i) == '/') {
      i++;
    }
    return i < text.length() && text.charAt(i) == '>' ? i + 1 : 0;
  }
}
