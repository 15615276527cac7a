package dev.recurrent.score;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Cuts text into tokens as NIST's {@code mteval-v13a} did, which WMT and sacreBLEU call {@code
 * 13a}: four entities are unescaped, ASCII punctuation and symbols become tokens of their own,
 * except the apostrophe, a period or comma between digits, and a dash that follows no digit.
 */
final class Tokenizer13a {
  /** ASCII punctuation and symbols but apostrophe, comma, dash and period. */
  private static final Pattern SYMBOL = Pattern.compile("[!-&(-+/:-@\\[-`{-~]");

  private static final Pattern POINT_AFTER_NO_DIGIT = Pattern.compile("([^0-9])([.,])");
  private static final Pattern POINT_BEFORE_NO_DIGIT = Pattern.compile("([.,])([^0-9])");
  private static final Pattern DASH_AFTER_DIGIT = Pattern.compile("([0-9])-");

  /** What Unicode calls white space, and the four separators of ASCII. */
  private static final Pattern SPACE =
      Pattern.compile("[\\s\\x1c-\\x1f]+", Pattern.UNICODE_CHARACTER_CLASS);

  private static final Pattern TRAILING_SPACE =
      Pattern.compile("[\\s\\x1c-\\x1f]+\\z", Pattern.UNICODE_CHARACTER_CLASS);

  private Tokenizer13a() {}

  static List<String> tokenize(String line) {
    String text =
        TRAILING_SPACE
            .matcher(line)
            .replaceFirst("")
            .replace("<skipped>", "")
            .replace("-\n", "")
            .replace("\n", " ")
            .replace("&quot;", "\"")
            .replace("&amp;", "&")
            .replace("&lt;", "<")
            .replace("&gt;", ">");
    text = SYMBOL.matcher(" " + text + " ").replaceAll(" $0 ");
    text = POINT_AFTER_NO_DIGIT.matcher(text).replaceAll("$1 $2 ");
    text = POINT_BEFORE_NO_DIGIT.matcher(text).replaceAll(" $1 $2");
    text = DASH_AFTER_DIGIT.matcher(text).replaceAll("$1 - ");
    return SPACE.splitAsStream(text).filter(token -> !token.isEmpty()).toList();
  }
}
