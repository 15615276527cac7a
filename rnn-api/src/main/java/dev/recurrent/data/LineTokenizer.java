package dev.recurrent.data;

import java.util.ArrayList;
import java.util.List;

/** Cuts a text at spaces, and makes each line's end a token. */
final class LineTokenizer implements Tokenizer {
  static final LineTokenizer INSTANCE = new LineTokenizer();

  private LineTokenizer() {}

  @Override
  public List<String> tokens(String text) {
    List<String> tokens = new ArrayList<>();
    int start = 0;
    int end;
    while ((end = text.indexOf('\n', start)) >= 0) {
      tokens.addAll(Tokenizer.whitespace().tokens(text.substring(start, end)));
      tokens.add(Vocabulary.END);
      start = end + 1;
    }
    tokens.addAll(Tokenizer.whitespace().tokens(text.substring(start)));
    return List.copyOf(tokens);
  }

  @Override
  public String join(List<String> tokens) {
    var text = new StringBuilder();
    boolean space = false;
    for (String token : tokens) {
      boolean lineEnd = token.equals(Vocabulary.END);
      text.append(lineEnd ? "\n" : space ? " " + token : token);
      space = !lineEnd;
    }
    return text.toString();
  }

  @Override
  public String name() {
    return "whitespace-lines";
  }
}
