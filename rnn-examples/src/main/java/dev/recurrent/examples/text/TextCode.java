package dev.recurrent.examples.text;

import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.Vocabulary;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;

/**
 * Turns a text into the numbers of its tokens, and back.
 *
 * @param kind what the tokens are
 * @param tokenizer cuts and joins texts
 * @param vocabulary numbers the tokens
 */
public record TextCode(TokenKind kind, Tokenizer tokenizer, Vocabulary vocabulary) {
  private static final String LINE_FEED = "\n";

  /**
   * Learns from the text that trains.
   *
   * @param minimumCount how often a token must occur there to get a number of its own; if it is
   *     above 1, and for words in any case, {@link Vocabulary#UNKNOWN} stands for the others
   */
  public static TextCode learn(TokenKind kind, Text training, int minimumCount) {
    var tokenizer = kind.tokenizer();
    var selection = new Vocabulary.Selection(minimumCount, Integer.MAX_VALUE);
    Iterable<List<String>> tokens = () -> new LineTokens(training.content(), tokenizer);
    var vocabulary = Vocabulary.ofTokens(tokens, selection);
    return new TextCode(
        kind,
        tokenizer,
        switch (kind) {
          case CHARACTER -> {
            var sorted = Vocabulary.ofCharacters(vocabulary.tokens());
            yield minimumCount > 1 ? sorted.withSpecials(Vocabulary.UNKNOWN) : sorted;
          }
          case WORD -> vocabulary.withSpecials(Vocabulary.UNKNOWN, Vocabulary.END);
        });
  }

  /**
   * Returns the numbers of a text's tokens.
   *
   * @throws IllegalArgumentException if one has none, and there is no number for the unknown
   */
  public int[] encode(Text text) {
    var encoded = IntStream.builder();
    int line = 0;
    for (var tokens = new LineTokens(text.content(), tokenizer); tokens.hasNext(); ) {
      line++;
      try {
        for (var token : tokens.next()) {
          encoded.add(vocabulary.index(token));
        }
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            text.name() + ": line " + line + ": " + e.getMessage(), e);
      }
    }
    return encoded.build().toArray();
  }

  /** Returns the number of the token after which a text begins: the end of a line. */
  public int start() {
    var lineEnd = kind == TokenKind.WORD ? Vocabulary.END : LINE_FEED;
    return vocabulary.has(lineEnd) ? vocabulary.index(lineEnd) : 0;
  }

  /** Returns what a token adds to a text that ends with another one. */
  public String continuation(int before, int token) {
    var first = vocabulary.token(before);
    var both = tokenizer.join(List.of(first, vocabulary.token(token)));
    return both.substring(tokenizer.join(List.of(first)).length());
  }

  /** Cuts a text line by line, each with its end, so that a long one needs little memory. */
  private static final class LineTokens implements Iterator<List<String>> {
    private final String text;
    private final Tokenizer tokenizer;
    private int position;

    LineTokens(String text, Tokenizer tokenizer) {
      this.text = text;
      this.tokenizer = tokenizer;
    }

    @Override
    public boolean hasNext() {
      return position < text.length();
    }

    @Override
    public List<String> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      int lineFeed = text.indexOf(LINE_FEED, position);
      int end = lineFeed < 0 ? text.length() : lineFeed + 1;
      var line = text.substring(position, end);
      position = end;
      return tokenizer.tokens(line);
    }
  }
}
