package dev.recurrent.examples;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Holds the commands that train a model. */
@Command(
    name = "train",
    description = {"", "Trains a model.", ""},
    synopsisSubcommandLabel = "TASK",
    commandListHeading = "%nTasks:%n",
    optionListHeading = "Options:%n",
    mixinStandardHelpOptions = true,
    subcommands = {TrainTextCommand.class})
final class TrainCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "train: expected a task, got none");
  }
}
