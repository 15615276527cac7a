package dev.recurrent.examples.harness;

import java.util.List;
import java.util.function.BiFunction;

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

  /**
   * Makes a sample, each part with a seed of its own.
   *
   * @param training the examples that train
   * @param others those of each other part
   * @param maker makes so many examples from a seed
   */
  public static <E> Parts<E> made(
      int training, int others, long seed, BiFunction<Integer, Long, List<E>> maker) {
    return new Parts<>(
        maker.apply(training, seed), maker.apply(others, seed + 1), maker.apply(others, seed + 2));
  }

  private static void require(String name, List<?> part) {
    if (part.isEmpty()) {
      throw new IllegalArgumentException(
          name + ": expected at least one example, got none; a larger file gives more");
    }
  }
}
