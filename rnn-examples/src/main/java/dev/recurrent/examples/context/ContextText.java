package dev.recurrent.examples.context;

import dev.recurrent.tape.Sequences;
import java.util.Arrays;
import java.util.List;

/**
 * Is a text with two words to be said, each told by one word before it.
 *
 * @param words all words
 * @param near where the word stands that a word just before it tells
 * @param far where the word stands that a word further before it tells
 */
public record ContextText(List<String> words, int near, int far) {

  /** Copies the words. */
  public ContextText {
    words = List.copyOf(words);
  }

  /** Returns what a model reads: all words but the last. */
  int[] inputs() {
    return ContextGrammar.VOCABULARY.encode(words.subList(0, words.size() - 1));
  }

  /** Returns for each input the word after it, ignored where none of these words is to be said. */
  int[] targets(Asked asked) {
    var targets = new int[words.size() - 1];
    Arrays.fill(targets, Sequences.IGNORED);
    if (asked != Asked.FAR) {
      targets[near - 1] = ContextGrammar.VOCABULARY.index(words.get(near));
    }
    if (asked != Asked.NEAR) {
      targets[far - 1] = ContextGrammar.VOCABULARY.index(words.get(far));
    }
    return targets;
  }

  /** Says which words are to be said. */
  enum Asked {
    NEAR,
    FAR,
    BOTH
  }
}
