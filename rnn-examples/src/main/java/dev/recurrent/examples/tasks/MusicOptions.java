package dev.recurrent.examples.tasks;

import dev.recurrent.examples.run.Numbers;
import picocli.CommandLine.Option;

/** The options of {@link Music} besides those of all tasks. */
final class MusicOptions {
  @Option(
      names = "--continue",
      paramLabel = "N",
      order = 31,
      converter = Numbers.AtLeastZero.class,
      description = "Steps by which a prediction goes on. Default: ${DEFAULT-VALUE}")
  int steps = 8;

  @Option(
      names = "--input-dropout",
      paramLabel = "P",
      order = 32,
      converter = Numbers.Rate.class,
      description = "Rate at which keys are not heard in training. Default: ${DEFAULT-VALUE}")
  double inputDropout = 0.1;
}
