package dev.recurrent.score;

/** The direction in which a score is better. */
public enum Goal {
  /** Smaller values are better. */
  MINIMIZE,
  /** Larger values are better. */
  MAXIMIZE
}
