package dev.recurrent.examples.made;

import dev.recurrent.data.KeyedText;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Makes captions of pictures that do not exist, some for each. */
public final class MadeCaptions {
  private static final int EACH = 3;
  private static final List<String> WHO =
      List.of("a dog", "two dogs", "a child", "two children", "a bird", "three birds");
  private static final List<String> WHERE =
      List.of("on the grass", "in the water", "near a house", "under a tree");
  private static final List<String> ONE = List.of("runs", "sleeps", "waits", "is seen");
  private static final List<String> MANY = List.of("run", "sleep", "wait", "are seen");

  private MadeCaptions() {}

  /** Makes captions of so many pictures; the same seed gives the same ones. */
  public static List<KeyedText> of(int pictures, long seed) {
    var random = new SplittableRandom(seed);
    var captions = new ArrayList<KeyedText>();
    for (int i = 0; i < pictures; i++) {
      var who = Drawn.of(WHO, random);
      var where = Drawn.of(WHERE, random);
      for (int k = 0; k < EACH; k++) {
        var does = Drawn.of(who.startsWith("a ") ? ONE : MANY, random);
        var place = random.nextBoolean() ? " " + where : "";
        captions.add(new KeyedText(seed + "." + i, who + " " + does + place + " ."));
      }
    }
    return captions;
  }
}
