package dev.recurrent.examples.made;

import java.util.List;
import java.util.SplittableRandom;

/** Draws what made data consist of. */
public final class Drawn {
  private Drawn() {}

  /** Returns one of the choices, each as likely as the others. */
  public static String of(List<String> choices, SplittableRandom random) {
    return choices.get(random.nextInt(choices.size()));
  }
}
