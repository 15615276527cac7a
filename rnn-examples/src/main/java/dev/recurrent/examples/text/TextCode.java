package dev.recurrent.examples.text;

import dev.recurrent.data.BytePairs;
import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.examples.harness.Facts;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * Turns a text into the numbers of its tokens, and back.
 *
 * <p>Where rare tokens are left out of the vocabulary, and for words and their pieces in any case,
 * {@link Vocabulary#UNKNOWN} stands for what is not in it.
 *
 * @param kind what the tokens are
 * @param tokenizer cuts and joins texts
 * @param vocabulary numbers the tokens
 */
public record TextCode(TokenKind kind, Tokenizer tokenizer, Vocabulary vocabulary) {
  private static final String LINE_FEED = "\n";
  private static final String VOCABULARY = "vocabulary";
  private static final String MERGES = "merges";

  /**
   * The rule by which texts become tokens.
   *
   * @param minCount how often a token occurs in the training text at least; of byte pairs, a
   *     character
   * @param merges how many merges are learnt for byte pairs
   */
  public record Rule(TokenKind tokens, int minCount, int merges) {}

  /**
   * Learns from the text that trains; of characters none of which is to be left out, those that
   * only the other texts have are known, too.
   *
   * @param texts the one that trains, and behind it the others
   */
  public static TextCode learn(Rule rule, List<Text> texts) {
    var training = texts.getFirst();
    return switch (rule.tokens()) {
      case CHARACTER -> {
        var known =
            rule.minCount() == 1
                ? Vocabulary.ofCharacters(texts.stream().map(Text::content).toList())
                : characters(training, rule.minCount()).withSpecials(Vocabulary.UNKNOWN);
        yield new TextCode(rule.tokens(), Tokenizer.characters(), known);
      }
      case WORD -> {
        var words = Tokenizer.whitespaceLines();
        var known = Vocabulary.ofTokens(lines(training, words), atLeast(rule.minCount()));
        yield new TextCode(
            rule.tokens(), words, known.withSpecials(Vocabulary.UNKNOWN, Vocabulary.END));
      }
      case BPE -> {
        var pairs = BytePairs.learn(List.of(training.content()), rule.merges());
        Set<String> known = new LinkedHashSet<>(characters(training, rule.minCount()).tokens());
        pairs.merges().forEach(merge -> known.add(merge.token()));
        var vocabulary = Vocabulary.of(List.copyOf(known));
        yield new TextCode(rule.tokens(), pairs, vocabulary.withSpecials(Vocabulary.UNKNOWN));
      }
    };
  }

  private static Vocabulary characters(Text text, int minimumCount) {
    var frequent =
        Vocabulary.ofTokens(lines(text, Tokenizer.characters()), atLeast(minimumCount)).tokens();
    return Vocabulary.ofCharacters(frequent);
  }

  private static Vocabulary.Selection atLeast(int minimumCount) {
    return new Vocabulary.Selection(minimumCount, Integer.MAX_VALUE);
  }

  private static Iterable<List<String>> lines(Text text, Tokenizer tokenizer) {
    return () -> new LineTokens(text.content(), tokenizer);
  }

  /** Returns what {@link #of} reads. */
  public Facts toFacts() {
    var facts = Facts.none().with(VOCABULARY, vocabulary);
    return tokenizer instanceof BytePairs pairs ? facts.with(MERGES, pairs.toText()) : facts;
  }

  /**
   * Reads what {@link #toFacts} gave.
   *
   * @throws IllegalArgumentException if it is not there, or malformed
   */
  public static TextCode of(TokenKind kind, Facts facts) {
    var tokenizer =
        switch (kind) {
          case CHARACTER -> Tokenizer.characters();
          case WORD -> Tokenizer.whitespaceLines();
          case BPE -> BytePairs.parse(facts.text(MERGES));
        };
    return new TextCode(kind, tokenizer, facts.vocabulary(VOCABULARY));
  }

  /**
   * Returns the numbers of a text's tokens.
   *
   * @throws IllegalArgumentException if one has none, and there is no number for the unknown
   */
  public int[] encode(Text text) {
    int characters = text.length();
    var encoded = new int[kind == TokenKind.CHARACTER ? characters : 16 + characters / 4];
    int count = 0;
    var cut = new LineTokens(text.content(), tokenizer);
    while (cut.hasNext()) {
      int line = cut.line();
      try {
        for (var token : cut.next()) {
          if (count == encoded.length) {
            encoded = Arrays.copyOf(encoded, Math.addExact(count, count >> 1));
          }
          encoded[count++] = vocabulary.index(token);
        }
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            text.name() + ": line " + line + ": " + e.getMessage(), e);
      }
    }
    return count == encoded.length ? encoded : Arrays.copyOf(encoded, count);
  }

  /** Returns the number of the token after which a text begins: the end of a line. */
  public int start() {
    var lineEnd = kind == TokenKind.WORD ? Vocabulary.END : LINE_FEED;
    return vocabulary.has(lineEnd) ? vocabulary.index(lineEnd) : 0;
  }

  /** Returns the number of characters that tokens stand for; one for each unknown token. */
  public long characters(int[] tokens) {
    return Arrays.stream(tokens)
        .mapToObj(vocabulary::token)
        .mapToLong(
            token -> token.equals(Vocabulary.UNKNOWN) ? 1 : token.codePointCount(0, token.length()))
        .sum();
  }

  /** Returns what a token adds to a text that ends with another one. */
  public String continuation(int before, int token) {
    var first = vocabulary.token(before);
    var both = tokenizer.join(List.of(first, vocabulary.token(token)));
    return both.substring(tokenizer.join(List.of(first)).length());
  }

  /**
   * Cuts a text line by line, each with its end, and a long line piece by piece, so that a long
   * text needs little memory.
   */
  private static final class LineTokens implements Iterator<List<String>> {
    private static final int LONGEST_PIECE = 1 << 14;

    private final String text;
    private final Tokenizer tokenizer;
    private int position;
    private int line = 1;

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
      int end = end();
      var piece = text.substring(position, end);
      position = end;
      line += piece.endsWith(LINE_FEED) ? 1 : 0;
      return tokenizer.tokens(piece);
    }

    /** Returns the number of the line of the next piece, from 1. */
    int line() {
      return line;
    }

    /**
     * Returns the end of the next piece: behind the next line feed, or in a long line between two
     * characters, or before a space that follows a word: no tokenizer joins what is on both sides.
     */
    private int end() {
      int limit = Math.min(position + LONGEST_PIECE, text.length());
      int lineFeed = text.indexOf(LINE_FEED, position, limit);
      if (lineFeed >= 0) {
        return lineFeed + 1;
      }
      int end = limit;
      while (end < text.length() && !mayCut(end)) {
        end++;
      }
      return end;
    }

    private boolean mayCut(int at) {
      char before = text.charAt(at - 1);
      char behind = text.charAt(at);
      return tokenizer.equals(Tokenizer.characters())
          ? !Character.isSurrogatePair(before, behind)
          : (behind == ' ' || behind == '\t') && !Character.isWhitespace(before);
    }
  }
}
