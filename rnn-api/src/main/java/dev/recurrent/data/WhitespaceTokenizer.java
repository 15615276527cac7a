package dev.recurrent.data;

import java.util.ArrayList;
import java.util.List;

/** Cuts a text at spaces. */
final class WhitespaceTokenizer implements Tokenizer {
  static final WhitespaceTokenizer INSTANCE = new WhitespaceTokenizer();

  private static final int NEXT_LINE = 0x85;

  private WhitespaceTokenizer() {}

  /** Tells whether a character is a space of any kind: no-break, narrow, tab, line end. */
  static boolean isSpace(int codePoint) {
    return Character.isWhitespace(codePoint)
        || Character.isSpaceChar(codePoint)
        || codePoint == NEXT_LINE;
  }

  @Override
  public List<String> tokens(String text) {
    List<String> tokens = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || isSpace(text.charAt(i))) { // no space is beyond U+FFFF
        if (start < i) {
          tokens.add(text.substring(start, i));
        }
        start = i + 1;
      }
    }
    return List.copyOf(tokens);
  }

  @Override
  public String join(List<String> tokens) {
    return String.join(" ", tokens);
  }

  @Override
  public String name() {
    return "whitespace";
  }
}
