package dev.recurrent.examples;

import dev.recurrent.examples.tasks.Caption;
import dev.recurrent.examples.tasks.Classify;
import dev.recurrent.examples.tasks.Digits;
import dev.recurrent.examples.tasks.Forecast;
import dev.recurrent.examples.tasks.LanguageModel;
import dev.recurrent.examples.tasks.Music;
import dev.recurrent.examples.tasks.Sentences;
import dev.recurrent.examples.tasks.Sentiment;
import dev.recurrent.examples.tasks.Tags;
import dev.recurrent.examples.tasks.Translate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Holds the commands that train a model. */
@Command(
    name = "train",
    header = "Trains a model.",
    synopsisHeading = "%nUsage: ",
    synopsisSubcommandLabel = "TASK",
    commandListHeading = "%nTasks:%n",
    optionListHeading = "%nOptions:%n",
    abbreviateSynopsis = true,
    subcommands = {
      LanguageModel.class,
      Sentiment.class,
      Classify.class,
      Digits.class,
      Tags.class,
      Forecast.class,
      Music.class,
      Caption.class,
      Sentences.class,
      Translate.class
    })
final class TrainCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "train: expected a task, got none");
  }
}
