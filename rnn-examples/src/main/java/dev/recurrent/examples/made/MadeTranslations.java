package dev.recurrent.examples.made;

import dev.recurrent.data.SentencePair;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Makes sentences and their translations into a language that does not exist: it puts the adjective
 * behind the noun and the verb at the end, and says twice that something is not so.
 */
public final class MadeTranslations {
  private static final List<String> NOUNS =
      List.of("cat lomu", "dog beku", "bird siru", "child tamu", "house goru", "tree piru");
  private static final List<String> ADJECTIVES =
      List.of("old vani", "red hosi", "small miki", "quiet wadi");
  private static final List<String> VERBS =
      List.of("sees oten", "hears ifen", "finds uken", "knows aren");

  private MadeTranslations() {}

  /** Makes so many pairs; the same seed gives the same ones. */
  public static List<SentencePair> of(int count, long seed) {
    var random = new SplittableRandom(seed);
    var pairs = new ArrayList<SentencePair>();
    for (int i = 0; i < count; i++) {
      pairs.add(sentence(random));
    }
    return pairs;
  }

  private static SentencePair sentence(SplittableRandom random) {
    var subject = phrase(random);
    var object = phrase(random);
    var verb = word(VERBS, random);
    boolean negated = random.nextInt(4) == 0;
    return new SentencePair(
        "The " + subject[0] + (negated ? " never " : " ") + verb[0] + " the " + object[0] + ".",
        (negated ? "Ne " + subject[1] : capital(subject[1]))
            + " "
            + object[1]
            + " "
            + verb[1]
            + (negated ? " nan." : "."));
  }

  private static String[] phrase(SplittableRandom random) {
    var noun = word(NOUNS, random);
    if (random.nextInt(3) == 0) {
      return noun;
    }
    var adjective = word(ADJECTIVES, random);
    return new String[] {adjective[0] + " " + noun[0], noun[1] + " " + adjective[1]};
  }

  private static String[] word(List<String> choices, SplittableRandom random) {
    return Drawn.of(choices, random).split(" ", 2);
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}
