package dev.recurrent.examples.context;

import dev.recurrent.data.Vocabulary;
import dev.recurrent.examples.made.Drawn;
import dev.recurrent.spi.RandomBits;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Makes texts in which one word is told by near context and one by far context: <i>the clouds are
 * in the sky</i> and <i>i grew up in france</i>, sentences in which nothing tells the answer, <i>i
 * speak french</i>.
 *
 * <p>All else is drawn independently of the words that tell and of the words to be said, so that
 * only those that tell help.
 */
public final class ContextGrammar {
  /** The classes of near words and of far words; chance is one in so many. */
  public static final int CLASSES = 8;

  /** The least number of words between the telling word and the far one: <i>i speak</i>. */
  public static final int LEAST_GAP = 2;

  /** The most words between the telling word and the far one. */
  public static final int MOST_GAP = 1000;

  /** The words between the telling word and the near one: <i>are in the</i>. */
  static final int NEAR_GAP = 3;

  static final List<String> COUNTRIES =
      words("france spain italy germany poland greece japan turkey");
  static final List<String> LANGUAGES =
      words("french spanish italian german polish greek japanese turkish");
  static final List<String> THINGS = words("clouds fish bees cows books ships patients pupils");
  static final List<String> PLACES = words("sky sea hive meadow library harbour hospital school");

  private static final List<String> TIMES = words("once formerly originally earlier");
  private static final List<String> ORIGINS =
      List.of("grew up in", "was born in", "used to live in", "was a child in");
  private static final List<String> ABILITIES = words("speak read write understand");
  private static final List<String> DETERMINERS = words("the some many all");

  private static final List<String> OWNERS = words("my our his her");
  private static final List<String> RELATIVES = words("sister uncle neighbour cousin dentist");
  private static final List<String> PRONOUNS = words("he she we they");
  private static final List<String> ACTS = words("laughed waited slept left danced");
  private static final List<String> DEEDS = words("bought found sold wanted painted");
  private static final List<String> OBJECTS = words("bread chairs stamps shoes flowers");
  private static final List<String> ADVERBS = words("then anyway still often suddenly");
  private static final List<String> DAYS = words("yesterday today monday friday");

  /** The longest filler sentence. */
  private static final int LONGEST = 6;

  /** Every word of every text. */
  static final Vocabulary VOCABULARY =
      Vocabulary.of(
          Stream.of(
                  Stream.of(COUNTRIES, LANGUAGES, THINGS, PLACES).flatMap(List::stream),
                  Stream.of(TIMES, ABILITIES, DETERMINERS, words("i are in")).flatMap(List::stream),
                  ORIGINS.stream().flatMap(origin -> words(origin).stream()),
                  Stream.of(OWNERS, RELATIVES, PRONOUNS, ACTS, DEEDS, OBJECTS, ADVERBS, DAYS)
                      .flatMap(List::stream))
              .flatMap(words -> words)
              .distinct()
              .toList());

  /** Every fourth text is one to test on, by a hash of its words, so that none is in both parts. */
  private static final int PARTS = 4;

  private final int gap;

  /** Says what a text is for. */
  public enum Part {
    /** To train on. */
    TRAINING(0),
    /** To test on. */
    TEST(1);

    private final int salt; // of its random numbers

    Part(int salt) {
      this.salt = salt;
    }
  }

  /**
   * Makes texts with so many words between the telling word and the far one.
   *
   * @throws IllegalArgumentException if these are fewer than {@link #LEAST_GAP} or more than {@link
   *     #MOST_GAP}
   */
  public ContextGrammar(int gap) {
    if (gap < LEAST_GAP || gap > MOST_GAP) {
      throw new IllegalArgumentException(
          "gap: expected " + LEAST_GAP + " to " + MOST_GAP + " words, got " + gap);
    }
    this.gap = gap;
  }

  /**
   * Makes the text of a number, the same one for the same seed. Numbers go through all pairs of a
   * far and a near word, so that both are balanced over {@link #CLASSES} squared numbers.
   */
  public ContextText text(Part part, long number, long seed) {
    int far = (int) (number % CLASSES);
    int near = (int) (number / CLASSES % CLASSES);
    var random = new SplittableRandom(RandomBits.mix(RandomBits.mix(seed, part.salt), number));
    var text = draw(far, near, random);
    while (part(text) != part) {
      text = draw(far, near, random);
    }
    return text;
  }

  /** Returns the part that a text belongs to. */
  static Part part(ContextText text) {
    // Mixed well: the hash of a list is linear in those of its words, which would tell them.
    long mixed = RandomBits.mix(text.words().hashCode(), 0);
    return Math.floorMod(mixed, PARTS) == 0 ? Part.TEST : Part.TRAINING;
  }

  /** Draws all words but four: the country, its language, the things and their place. */
  ContextText draw(int farClass, int nearClass, SplittableRandom random) {
    var farWords = farSentences(farClass, random);
    var nearWords = nearSentence(nearClass, random);
    var words = new ArrayList<String>();
    if (random.nextBoolean()) {
      words.addAll(nearWords);
      words.addAll(farWords);
      return new ContextText(words, nearWords.size() - 1, words.size() - 1);
    }
    words.addAll(farWords);
    words.addAll(nearWords);
    return new ContextText(words, words.size() - 1, farWords.size() - 1);
  }

  private static List<String> nearSentence(int nearClass, SplittableRandom random) {
    return List.of(
        Drawn.of(DETERMINERS, random),
        THINGS.get(nearClass),
        "are",
        "in",
        "the",
        PLACES.get(nearClass));
  }

  private List<String> farSentences(int farClass, SplittableRandom random) {
    var words = new ArrayList<String>();
    words.add(Drawn.of(TIMES, random));
    words.add("i");
    words.addAll(words(Drawn.of(ORIGINS, random)));
    words.add(COUNTRIES.get(farClass));
    addFiller(words, gap - LEAST_GAP, random);
    words.add("i");
    words.add(Drawn.of(ABILITIES, random));
    words.add(LANGUAGES.get(farClass));
    return words;
  }

  /** Adds sentences of so many words together. */
  private static void addFiller(List<String> words, int count, SplittableRandom random) {
    int left = count;
    while (left > LONGEST) {
      int length = random.nextInt(2, LONGEST); // leaves 2 words at least, a sentence
      addSentence(words, length, random);
      left -= length;
    }
    addSentence(words, left, random);
  }

  /** Adds a sentence of at most {@link #LONGEST} words; of none where it has none. */
  private static void addSentence(List<String> words, int length, SplittableRandom random) {
    if (length == 1 || length >= 5) {
      words.add(Drawn.of(ADVERBS, random));
    }
    if (length == 2) {
      words.add(Drawn.of(PRONOUNS, random));
    }
    if (length >= 3) {
      words.add(Drawn.of(OWNERS, random));
      words.add(Drawn.of(RELATIVES, random));
    }
    if (length == 2 || length == 3) {
      words.add(Drawn.of(ACTS, random));
    }
    if (length >= 4) {
      words.add(Drawn.of(DEEDS, random));
      words.add(Drawn.of(OBJECTS, random));
    }
    if (length >= 6) {
      words.add(Drawn.of(DAYS, random));
    }
  }

  private static List<String> words(String text) {
    return List.of(text.split(" ", -1));
  }
}
