package dev.recurrent.examples.harness;

import java.util.List;

/**
 * Holds the examples of a task: those that train, those that choose the best epoch, and those that
 * give the score.
 *
 * @param <E> an example
 */
public record Parts<E>(List<E> training, List<E> validation, List<E> test) {

  /** Refuses an empty part. */
  public Parts {
    require("training", training);
    require("validation", validation);
    require("test", test);
  }

  private static void require(String name, List<?> part) {
    if (part.isEmpty()) {
      throw new IllegalArgumentException(
          name + ": expected at least one example, got none; a larger file gives more");
    }
  }
}
