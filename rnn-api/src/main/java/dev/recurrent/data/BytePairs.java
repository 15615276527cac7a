package dev.recurrent.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Cuts a text into pieces of words by byte pair encoding (Sennrich et al. 2016): it starts with
 * characters (code points) and joins neighbours, in the order of merges that were learnt as the
 * most frequent pairs of a text. Frequent words become one token, rare ones a few, and no word is
 * unknown whose characters are known.
 *
 * <p>A word keeps the one space before it, which takes the place of the paper's mark at a word's
 * end; other spaces are tokens of their own, and no merge goes beyond a word. So {@link #join} only
 * strings tokens together, and gives the text back without loss.
 *
 * <pre>{@code
 * var pairs = BytePairs.learn(sentences, 8000);
 * var vocabulary =
 *     Vocabulary.ofTokens(sentences.stream().map(pairs::tokens).toList(), Vocabulary.Selection.ALL);
 * }</pre>
 *
 * <p>Immutable and thread-safe.
 */
public final class BytePairs implements Tokenizer {
  private final List<Merge> merges;
  private final Map<Merge, Integer> ranks;

  /**
   * Is a pair of neighbours that becomes one token.
   *
   * @param left what comes first
   * @param right what follows it
   */
  public record Merge(String left, String right) {
    /** Refuses empty sides. */
    public Merge {
      if (left.isEmpty() || right.isEmpty()) {
        throw new IllegalArgumentException("merge: expected two tokens, got an empty one");
      }
    }

    /** Returns the token that the pair becomes. */
    public String token() {
      return left + right;
    }
  }

  private BytePairs(List<Merge> merges) {
    this.merges = List.copyOf(merges);
    ranks = HashMap.newHashMap(merges.size());
    for (var merge : merges) {
      ranks.putIfAbsent(merge, ranks.size());
    }
  }

  /**
   * Learns from texts: joins the most frequent pair, of equally frequent ones the one whose sides
   * are first by {@link String#compareTo}, and again, until there are as many merges or no pair
   * occurs twice. The same texts in any order give the same merges.
   *
   * @param count how many merges, at least 0
   */
  public static BytePairs learn(Iterable<String> texts, int count) {
    if (count < 0) {
      throw new IllegalArgumentException("merges: expected at least 0, got " + count);
    }
    Map<String, Long> words = new HashMap<>();
    for (String text : texts) {
      words(text).forEach(word -> words.merge(word, 1L, Math::addExact));
    }
    return new BytePairs(new PairCounts(words).merges(count));
  }

  /** Returns the merges in the order in which they were learnt. */
  public List<Merge> merges() {
    return merges;
  }

  @Override
  public List<String> tokens(String text) {
    List<String> tokens = new ArrayList<>();
    words(text).forEach(word -> cut(word, tokens));
    return Collections.unmodifiableList(tokens);
  }

  @Override
  public String join(List<String> tokens) {
    return String.join("", tokens);
  }

  /** Returns {@code byte-pairs}, by which {@link Tokenizer#named} cannot know the merges. */
  @Override
  public String name() {
    return "byte-pairs";
  }

  /**
   * Returns a text from which {@link #parse} makes the same tokenizer: a line for each merge, its
   * sides parted by a space; in them line feed, carriage return, space and backslash are written as
   * {@code \n}, {@code \r}, {@code \s} and {@code \\}.
   */
  public String toText() {
    var text = new StringBuilder();
    for (var merge : merges) {
      text.append(Escapes.escapeSpaces(merge.left)).append(' ');
      text.append(Escapes.escapeSpaces(merge.right)).append('\n');
    }
    return text.toString();
  }

  /**
   * Returns the tokenizer that {@link #toText} wrote.
   *
   * @throws IllegalArgumentException if the text is not of that form
   */
  public static BytePairs parse(String text) {
    List<Merge> merges = new ArrayList<>();
    for (String line : text.lines().toList()) {
      var sides = line.split(" ", -1);
      try {
        if (sides.length != 2) {
          throw new IllegalArgumentException("expected two tokens, got " + sides.length);
        }
        merges.add(new Merge(Escapes.unescape(sides[0]), Escapes.unescape(sides[1])));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "merges: line " + (merges.size() + 1) + ": " + e.getMessage(), e);
      }
    }
    return new BytePairs(merges);
  }

  /** Tells how many merges there are. */
  @Override
  public String toString() {
    return name() + " of " + merges.size() + " merges";
  }

  /**
   * Cuts a text into what merges stay within: words with the space before them, runs of further
   * spaces, line ends one by one.
   */
  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    int start = 0;
    while (start < text.length()) {
      int end = start;
      while (end < text.length() && text.charAt(end) == ' ') {
        end++;
      }
      boolean word = end < text.length() && !WhitespaceTokenizer.isSpace(text.charAt(end));
      if (word && end - start > 1) {
        end--; // the last space belongs to the word
      } else if (word) {
        do {
          end++;
        } while (end < text.length() && !WhitespaceTokenizer.isSpace(text.charAt(end)));
      } else if (end == start) {
        end++; // another kind of space
      }
      words.add(text.substring(start, end));
      start = end;
    }
    return words;
  }

  /**
   * Joins the pieces of a word, always the pair that was learnt first, of several the leftmost. A
   * queue of pairs keeps that quick for words of any length.
   */
  private void cut(String word, List<String> tokens) {
    var pieces = word.codePoints().mapToObj(Character::toString).toArray(String[]::new);
    int count = pieces.length;
    var next = new int[count]; // of each piece that is left
    var previous = new int[count];
    var queue = new PriorityQueue<Candidate>();
    for (int i = 0; i < count; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
      if (i + 1 < count) {
        offer(queue, pieces, i, i + 1);
      }
    }
    for (Candidate best; (best = queue.poll()) != null; ) {
      int at = best.at;
      int right = next[at];
      if (right < count && pieces[at].equals(best.left) && pieces[right].equals(best.right)) {
        pieces[at] = best.left + best.right;
        pieces[right] = ""; // is no piece any more
        next[at] = next[right];
        if (next[at] < count) {
          previous[next[at]] = at;
          offer(queue, pieces, at, next[at]);
        }
        if (previous[at] >= 0) {
          offer(queue, pieces, previous[at], at);
        }
      }
    }
    for (int i = 0; i < count; i = next[i]) {
      tokens.add(pieces[i]);
    }
  }

  private void offer(PriorityQueue<Candidate> queue, String[] pieces, int left, int right) {
    var rank = ranks.get(new Merge(pieces[left], pieces[right]));
    if (rank != null) {
      queue.add(new Candidate(rank, left, pieces[left], pieces[right]));
    }
  }

  /** Is a pair that could be joined, unless one of its sides has been joined before. */
  private record Candidate(int rank, int at, String left, String right)
      implements Comparable<Candidate> {
    private static final Comparator<Candidate> ORDER =
        Comparator.comparingInt(Candidate::rank).thenComparingInt(Candidate::at);

    @Override
    public int compareTo(Candidate other) {
      return ORDER.compare(this, other);
    }
  }
}
