package dev.recurrent.examples.harness;

import dev.recurrent.io.SafeTensors;
import dev.recurrent.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Opens what a run has left: the task with the options it was trained with, and its best model.
 *
 * @param task configured as in training
 * @param facts of the model
 * @param model built and loaded; closed with this
 */
record SavedTask<E>(Task<E> task, Facts facts, TaskModel<E> model) implements AutoCloseable {

  /**
   * Opens a model file, or the folder of the run that made it.
   *
   * @param root the command line, whose {@code train} has the tasks
   * @throws IOException if there is none, or it is not of a task that is known here
   */
  static SavedTask<?> open(Path folderOrFile, CommandSpec root, Backend backend)
      throws IOException {
    var path = Files.isDirectory(folderOrFile) ? folderOrFile.resolve(TaskRun.MODEL) : folderOrFile;
    if (Files.notExists(path)) {
      throw new IOException(
          folderOrFile
              + ": expected the folder of a run with "
              + TaskRun.MODEL
              + ", which the first epoch's end brings, got none");
    }
    var file = SafeTensors.read(path);
    var name = file.metadata().get(TaskRun.TASK);
    var arguments = file.metadata().get(TaskRun.ARGUMENTS);
    var tasks = Objects.requireNonNull(root.subcommands().get("train")).getSubcommands();
    if (name == null
        || arguments == null
        || !tasks.containsKey(name)
        || !(tasks.get(name).getCommandSpec().userObject() instanceof Task<?> task)) {
      throw new IOException(
          path
              + ": expected a model that 'rnn train TASK' has made, got "
              + (name == null ? "one of another origin" : "one of the task \"" + name + "\""));
    }
    return load(task, RunFile.ofText(arguments), file, backend);
  }

  private static <E> SavedTask<E> load(
      Task<E> task, List<String> arguments, SafeTensors file, Backend backend) throws IOException {
    var trained = task.with(arguments);
    var facts = Facts.ofMetadata(file.metadata());
    var model = trained.model(facts);
    try {
      model.build(backend, 1);
      model.load(file, "");
      return new SavedTask<>(trained, facts, model);
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
