package dev.recurrent.examples.harness;

import dev.recurrent.io.Quoted;
import dev.recurrent.io.SafeTensors;
import dev.recurrent.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Opens what a run has left: the task with the options it was trained with, and its best model.
 *
 * @param task configured as in training
 * @param facts of the model
 * @param model built and loaded; closed with this
 */
record SavedTask<E>(Task<E> task, Facts facts, TrainableModel<E> model) implements AutoCloseable {

  /**
   * Opens a model file, or the folder of the run that made it.
   *
   * @param root the command line, whose {@code train} has the tasks
   * @param changes options of the task, by their names without dashes, that take other values than
   *     in training
   * @throws IOException if there is none, or it is not of a task that is known here
   */
  static SavedTask<?> open(
      Path folderOrFile, CommandSpec root, Map<String, String> changes, Backend backend)
      throws IOException {
    var path = file(folderOrFile);
    var file = SafeTensors.read(path);
    var arguments = file.metadata().get(TaskRun.ARGUMENTS);
    return switch (command(file, root)) {
      case Task<?> task when arguments != null ->
          load(
              trained(task, SavedOptions.read(file, arguments, task.spec()), changes, file),
              file,
              backend);
      case null, default ->
          throw new IOException(
              path + ": expected a model that 'rnn train TASK' has made, got " + origin(file));
    };
  }

  private static String origin(SafeTensors file) {
    var task = file.metadata().get(TaskRun.TASK);
    return task == null ? "one of another origin" : "one of " + Quoted.quote(task);
  }

  /** Finds the model of a run. */
  static Path file(Path folderOrFile) throws IOException {
    var path = Files.isDirectory(folderOrFile) ? folderOrFile.resolve(TaskRun.MODEL) : folderOrFile;
    if (Files.notExists(path)) {
      throw new IOException(
          folderOrFile
              + ": expected the folder of a run with "
              + TaskRun.MODEL
              + ", which the first epoch's end brings, got none");
    }
    return path;
  }

  /** Returns the command that has trained a model, or null for an unknown one. */
  private static @Nullable Object command(SafeTensors file, CommandSpec root) {
    var tasks = Objects.requireNonNull(root.subcommands().get("train")).getSubcommands();
    var line = tasks.get(file.metadata().getOrDefault(TaskRun.TASK, ""));
    return line == null ? null : line.getCommandSpec().userObject();
  }

  /** Returns the task with the options of a file, and then with the changes that are asked for. */
  private static <E> Task<E> trained(
      Task<E> task, List<String> arguments, Map<String, String> changes, SafeTensors file)
      throws IOException {
    var trained = task.with(arguments, file.file());
    return changes.isEmpty() ? trained : task.with(changed(arguments, changes));
  }

  private static List<String> changed(List<String> arguments, Map<String, String> changes) {
    var changed = new ArrayList<String>();
    for (var argument : arguments) {
      if (!changes.containsKey(argument.split("=", 2)[0].substring("--".length()))) {
        changed.add(argument);
      }
    }
    changes.forEach((name, value) -> changed.add("--" + name + "=" + value));
    return changed;
  }

  private static <E> SavedTask<E> load(Task<E> trained, SafeTensors file, Backend backend)
      throws IOException {
    var facts = Facts.ofMetadata(file.metadata());
    TrainableModel<E> model;
    try {
      trained.learnt(facts);
      model = trained.model(facts);
      trained.measures(facts); // reads what else it has learnt
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IOException(file.file() + ": " + Quoted.oneLine(String.valueOf(e.getMessage())), e);
    }
    try {
      model.buildFrom(backend, file, "");
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
