package dev.recurrent.examples.harness;

import dev.recurrent.train.Schedule;
import java.util.Locale;

/** Says how the learning rate falls in the course of training. */
public enum Decay {
  /** Not at all. */
  NONE,
  /** As half a cosine, to 0 at the last epoch's end. */
  COSINE;

  Schedule schedule() {
    return switch (this) {
      case NONE -> Schedule.constant();
      case COSINE -> Schedule.cosine(0, 0);
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
