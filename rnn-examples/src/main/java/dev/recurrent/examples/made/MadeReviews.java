package dev.recurrent.examples.made;

import dev.recurrent.data.LabelledText;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes reviews in a language of few words: some praise, some blame, and a {@code not} in front
 * turns either into the other. A review is good where praise prevails.
 */
public final class MadeReviews {
  private static final List<String> PRAISE = List.of("fine", "moving", "clever", "bright", "funny");
  private static final List<String> BLAME = List.of("dull", "loud", "flat", "stale", "clumsy");
  private static final List<String> OTHERS =
      List.of("the", "film", "a", "plot", "and", "its", "scene", "was", "is", "actor", "end", ",");

  private MadeReviews() {}

  /** Makes so many reviews; the same seed gives the same ones. */
  public static List<LabelledText> of(int count, long seed) {
    var random = new SplittableRandom(seed);
    var reviews = new ArrayList<LabelledText>();
    while (reviews.size() < count) {
      var words = new ArrayList<String>();
      int opinion = 0;
      for (int clause = 3 + random.nextInt(8); clause > 0; clause--) {
        for (int other = random.nextInt(4); other > 0; other--) {
          words.add(Drawn.of(OTHERS, random));
        }
        boolean praise = random.nextBoolean();
        boolean turned = random.nextInt(4) == 0;
        words.add(turned ? "not" : "so");
        words.add(Drawn.of(praise ? PRAISE : BLAME, random));
        opinion += praise ^ turned ? 1 : -1;
      }
      if (opinion != 0) {
        reviews.add(new LabelledText(opinion > 0 ? "good" : "bad", String.join(" ", words)));
      }
    }
    return reviews;
  }
}
