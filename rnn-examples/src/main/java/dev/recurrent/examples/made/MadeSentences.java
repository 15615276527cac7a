package dev.recurrent.examples.made;

import dev.recurrent.data.ConllU.Sentence;
import dev.recurrent.data.ConllU.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes sentences of a language in which many words are new: an ending tells adjectives and
 * adverbs, and only the words before it whether a stem is a noun or a verb.
 */
public final class MadeSentences {
  private static final List<String> ONSETS = List.of("b", "d", "g", "k", "l", "m", "s", "t");
  private static final List<String> VOWELS = List.of("a", "e", "i", "o", "u");
  private static final List<String> STEMS =
      List.of("run", "walk", "play", "watch", "dream", "call");
  private static final List<String> DETERMINERS = List.of("the", "a", "this");

  private MadeSentences() {}

  /** Makes so many sentences; the same seed gives the same ones. */
  public static List<Sentence> of(int count, long seed) {
    var random = new SplittableRandom(seed);
    var sentences = new ArrayList<Sentence>();
    for (int i = 0; i < count; i++) {
      var words = new ArrayList<Word>();
      addNounPhrase(words, random);
      words.add(word(stem(random), "VERB", "V"));
      if (random.nextBoolean()) {
        addNounPhrase(words, random);
      }
      if (random.nextBoolean()) {
        words.add(word(stem(random) + "ly", "ADV", "R"));
      }
      sentences.add(new Sentence(words));
    }
    return sentences;
  }

  private static void addNounPhrase(List<Word> words, SplittableRandom random) {
    words.add(word(Drawn.of(DETERMINERS, random), "DET", "D"));
    for (int i = random.nextInt(3); i > 0; i--) {
      words.add(word(stem(random) + "ish", "ADJ", "J"));
    }
    words.add(word(stem(random), "NOUN", "N"));
  }

  /** A stem that every sentence may have, or one that is hardly made twice. */
  private static String stem(SplittableRandom random) {
    if (random.nextBoolean()) {
      return Drawn.of(STEMS, random);
    }
    var text = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      text.append(Drawn.of(ONSETS, random)).append(Drawn.of(VOWELS, random));
    }
    return text.toString();
  }

  private static Word word(String form, String upos, String xpos) {
    return new Word(form, upos, xpos);
  }
}
