package dev.recurrent.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Counts the pairs of neighbouring tokens in the words of a text while they are joined. A merge
 * looks only at the words that have its pair; the queue may hold counts that have sunk since, which
 * are put right when their turn comes.
 */
final class PairCounts {
  private final List<Word> words = new ArrayList<>();
  private final Map<BytePairs.Merge, Long> counts = new HashMap<>();
  private final Map<BytePairs.Merge, Set<Word>> wordsOfPair = new HashMap<>();
  private final PriorityQueue<Counted> queue =
      new PriorityQueue<>(
          Comparator.comparingLong(Counted::count)
              .reversed()
              .thenComparing(counted -> counted.pair.left())
              .thenComparing(counted -> counted.pair.right()));

  private record Counted(BytePairs.Merge pair, long count) {}

  /** Is a word in its present pieces; each is an object of its own. */
  private static final class Word {
    final long count;
    List<String> pieces;

    Word(String text, long count) {
      this.count = count;
      pieces = text.codePoints().mapToObj(Character::toString).toList();
    }
  }

  /** Counts the pairs of characters. */
  PairCounts(Map<String, Long> countOfWord) {
    countOfWord.forEach((text, count) -> words.add(new Word(text, count)));
    words.forEach(word -> add(word, 1));
    counts.forEach((pair, count) -> queue.add(new Counted(pair, count)));
  }

  /** Joins the most frequent pair so often, or until none occurs twice. */
  List<BytePairs.Merge> merges(int limit) {
    List<BytePairs.Merge> merges = new ArrayList<>();
    while (merges.size() < limit && !queue.isEmpty()) {
      var top = queue.remove();
      long count = counts.getOrDefault(top.pair, 0L);
      if (count < 2) {
        continue;
      }
      if (count != top.count) {
        queue.add(new Counted(top.pair, count));
        continue;
      }
      merges.add(top.pair);
      merge(top.pair);
    }
    return merges;
  }

  private void merge(BytePairs.Merge pair) {
    Set<BytePairs.Merge> changed = new HashSet<>();
    for (var word : wordsOfPair.getOrDefault(pair, Set.of()).toArray(Word[]::new)) {
      add(word, -1);
      word.pieces = joined(word.pieces, pair);
      changed.addAll(add(word, 1));
    }
    changed.forEach(one -> queue.add(new Counted(one, counts.getOrDefault(one, 0L))));
  }

  /** Adds the pairs of a word to the counts, or takes them out, and returns them. */
  private List<BytePairs.Merge> add(Word word, int sign) {
    List<BytePairs.Merge> pairs = new ArrayList<>();
    for (int i = 0; i + 1 < word.pieces.size(); i++) {
      var pair = new BytePairs.Merge(word.pieces.get(i), word.pieces.get(i + 1));
      pairs.add(pair);
      counts.merge(pair, sign * word.count, Long::sum);
      if (sign > 0) {
        wordsOfPair.computeIfAbsent(pair, _ -> new HashSet<>()).add(word);
      }
    }
    return pairs;
  }

  /** Joins a pair wherever it is, from left to right. */
  private static List<String> joined(List<String> pieces, BytePairs.Merge pair) {
    var joined = new String[pieces.size()];
    int count = 0;
    for (int i = 0; i < pieces.size(); i++) {
      boolean here =
          i + 1 < pieces.size()
              && pieces.get(i).equals(pair.left())
              && pieces.get(i + 1).equals(pair.right());
      joined[count++] = here ? pair.token() : pieces.get(i);
      i += here ? 1 : 0;
    }
    return List.of(Arrays.copyOf(joined, count));
  }
}
