package dev.recurrent.examples.made;

import dev.recurrent.data.LabelledText;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Makes names of five languages that do not exist, each with sounds of its own. */
public final class MadeNames {
  private static final List<Language> LANGUAGES =
      List.of(
          new Language("Avian", "tw chir pl sk qu", "ee i ou", "tt rk wit"),
          new Language("Boreal", "kj hv st gr br", "a o u", "sen gar nir"),
          new Language("Coastal", "l m n v s", "a ia e ua", "no li ra"),
          new Language("Desert", "q kh z dh h", "a u aa", "im ud azz"),
          new Language("Eastern", "sh ch y r k m", "o i u e", "ko ri mon"));

  private MadeNames() {}

  /** Says of what a language makes its names. */
  private record Language(String name, String onsets, String vowels, String endings) {
    String draw(SplittableRandom random) {
      var text = new StringBuilder();
      int syllables = 1 + random.nextInt(3);
      for (int i = 0; i < syllables; i++) {
        text.append(one(onsets, random)).append(one(vowels, random));
      }
      return text.append(one(endings, random)).toString();
    }

    private static String one(String choices, SplittableRandom random) {
      var all = choices.split(" ", -1);
      return all[random.nextInt(all.length)];
    }
  }

  /** Makes so many names; the same seed gives the same ones. */
  public static List<LabelledText> of(int count, long seed) {
    var random = new SplittableRandom(seed);
    var names = new ArrayList<LabelledText>();
    for (int i = 0; i < count; i++) {
      var language = LANGUAGES.get(random.nextInt(LANGUAGES.size()));
      names.add(new LabelledText(language.name, language.draw(random)));
    }
    return names;
  }
}
