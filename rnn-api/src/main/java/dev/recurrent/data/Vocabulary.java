package dev.recurrent.data;

import dev.recurrent.io.Quoted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Numbers tokens from 0, and gives the tokens of numbers. A token is any text: a character, a word,
 * a label.
 *
 * <pre>{@code
 * var vocabulary =
 *     Vocabulary.ofTokens(sentences, new Vocabulary.Selection(2, 10_000))
 *         .withSpecials(Vocabulary.UNKNOWN, Vocabulary.BEGIN, Vocabulary.END);
 * int[] indices = vocabulary.encode(sentence);
 * }</pre>
 *
 * <p>Immutable and thread-safe.
 */
public final class Vocabulary {
  /** The token that stands for every token that is not in the vocabulary. */
  public static final String UNKNOWN = "<unk>";

  /** The token before the first one of a sequence. */
  public static final String BEGIN = "<bos>";

  /** The token after the last one of a sequence. */
  public static final String END = "<eos>";

  private final List<String> tokens;
  private final Map<String, Integer> indices;

  private Vocabulary(List<String> tokens) {
    this.tokens = List.copyOf(tokens);
    indices = HashMap.newHashMap(tokens.size());
    for (String token : tokens) {
      if (indices.putIfAbsent(token, indices.size()) != null) {
        throw new IllegalArgumentException(
            "vocabulary: expected different tokens, got " + Quoted.quote(token) + " twice");
      }
    }
  }

  /**
   * Which of the tokens that occur get a number.
   *
   * @param minimumCount how often a token must occur, at least 1
   * @param maximumSize how many tokens there may be, not counting specials, at least 1; the most
   *     frequent are taken
   */
  public record Selection(int minimumCount, int maximumSize) {
    /** The selection that takes every token. */
    public static final Selection ALL = new Selection(1, Integer.MAX_VALUE);

    /** Checks that both are at least 1. */
    public Selection {
      if (minimumCount < 1 || maximumSize < 1) {
        throw new IllegalArgumentException(
            "selection: expected a minimum count and a maximum size of at least 1, got "
                + minimumCount
                + " and "
                + maximumSize);
      }
    }
  }

  /** Collects the characters (code points) of texts, in the order of their code points. */
  public static Vocabulary ofCharacters(Iterable<String> texts) {
    Set<Integer> characters = new TreeSet<>();
    texts.forEach(text -> text.codePoints().forEach(characters::add));
    return new Vocabulary(characters.stream().map(Character::toString).toList());
  }

  /**
   * Collects the tokens of sequences, the most frequent first; of equally frequent ones the one
   * that is first by {@link String#compareTo}.
   */
  public static Vocabulary ofTokens(Iterable<List<String>> sequences, Selection selection) {
    Map<String, Integer> counts = new HashMap<>();
    sequences.forEach(
        sequence -> sequence.forEach(token -> counts.merge(token, 1, Math::addExact)));
    Comparator<Map.Entry<String, Integer>> mostFrequentFirst =
        Map.Entry.<String, Integer>comparingByValue().reversed();
    return new Vocabulary(
        counts.entrySet().stream()
            .filter(entry -> entry.getValue() >= selection.minimumCount)
            .sorted(mostFrequentFirst.thenComparing(Map.Entry.comparingByKey()))
            .limit(selection.maximumSize)
            .map(Map.Entry::getKey)
            .toList());
  }

  /**
   * Numbers the given tokens in their order, as for labels.
   *
   * @throws IllegalArgumentException if one is given twice
   */
  public static Vocabulary of(List<String> tokens) {
    return new Vocabulary(tokens);
  }

  /**
   * Returns the vocabulary with these tokens in front, in this order; one that is in it already
   * moves.
   *
   * @throws IllegalArgumentException if one is given twice
   */
  public Vocabulary withSpecials(String... specials) {
    List<String> reordered = new ArrayList<>(List.of(specials));
    Set<String> others = new LinkedHashSet<>(tokens);
    reordered.forEach(others::remove);
    reordered.addAll(others);
    return new Vocabulary(reordered);
  }

  /** Returns the number of tokens. */
  public int size() {
    return tokens.size();
  }

  /** Returns all tokens in their order. */
  public List<String> tokens() {
    return tokens;
  }

  /** Tells whether a token has a number of its own. */
  public boolean has(String token) {
    return indices.containsKey(token);
  }

  /**
   * Returns the number of a token, or that of {@link #UNKNOWN} if the token has none.
   *
   * @throws IllegalArgumentException if neither is in the vocabulary
   */
  public int index(String token) {
    Integer index = indices.get(token);
    if (index == null) {
      index = indices.get(UNKNOWN);
    }
    if (index == null) {
      throw new IllegalArgumentException(
          "token: expected one of the %d of the vocabulary, got %s"
              .formatted(size(), Quoted.quote(token)));
    }
    return index;
  }

  /**
   * Returns the token of a number.
   *
   * @throws IllegalArgumentException if no token has it
   */
  public String token(int index) {
    if (index < 0 || index >= size()) {
      throw new IllegalArgumentException(
          "index: expected one from 0 to " + (size() - 1) + ", got " + index);
    }
    return tokens.get(index);
  }

  /**
   * Returns the number of each token, as {@link #index} does.
   *
   * @throws IllegalArgumentException if there is none
   */
  public int[] encode(List<String> sequence) {
    return sequence.stream().mapToInt(this::index).toArray();
  }

  /**
   * Returns the token of each number.
   *
   * @throws IllegalArgumentException if there is none
   */
  public List<String> decode(int[] sequence) {
    return Arrays.stream(sequence).mapToObj(this::token).toList();
  }

  /**
   * Returns a text from which {@link #parse} makes the same vocabulary: a line for each token, each
   * ended by LF; line feed, carriage return and backslash in a token are written as {@code \n},
   * {@code \r} and {@code \\}.
   */
  public String toText() {
    var text = new StringBuilder();
    for (String token : tokens) {
      text.append(Escapes.escape(token)).append('\n');
    }
    return text.toString();
  }

  /**
   * Returns the vocabulary that {@link #toText} wrote.
   *
   * @throws IllegalArgumentException if the text is not of that form
   */
  public static Vocabulary parse(String text) {
    List<String> tokens = new ArrayList<>();
    int start = 0;
    while (start < text.length()) {
      int end = text.indexOf('\n', start);
      if (end < 0) {
        throw malformed(tokens.size() + 1, "a line feed at its end", "the end of the text");
      }
      tokens.add(unescape(text.substring(start, end), tokens.size() + 1));
      start = end + 1;
    }
    return new Vocabulary(tokens);
  }

  private static String unescape(String line, int number) {
    try {
      return Escapes.unescape(line);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("vocabulary: line " + number + ": " + e.getMessage(), e);
    }
  }

  private static IllegalArgumentException malformed(int line, String expected, String got) {
    return new IllegalArgumentException(
        "vocabulary: line " + line + ": expected " + expected + ", got " + got);
  }

  /** Returns how many tokens there are. */
  @Override
  public String toString() {
    return size() + " tokens";
  }
}
