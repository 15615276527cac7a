package dev.recurrent.examples.harness;

import java.util.List;
import java.util.function.BiFunction;

/**
 * The examples of a task.
 *
 * @param <E> an example
 * @param training those that train
 * @param validation those that choose the best epoch
 * @param test those that give the score; empty where there is to be none
 */
public record Parts<E>(List<E> training, List<E> validation, List<E> test) {

  /** Refuses an empty part, but for the test. */
  public Parts {
    require("training", training);
    require("validation", validation);
  }

  /** Returns these parts if there is something to test on. */
  Parts<E> tested() {
    require("test", test);
    return this;
  }

  /** Returns what can be scored: the test part, or the validation part where there is no test. */
  public List<E> scored() {
    return test.isEmpty() ? validation : test;
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
