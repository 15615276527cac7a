package dev.recurrent.examples.harness;

import dev.recurrent.io.SafeTensors;
import dev.recurrent.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** Opens the model of a task that writes texts. */
public final class SavedWriter implements TextWriter, AutoCloseable {
  private final SavedTask<?> saved;
  private final TextWriter writer;

  private SavedWriter(SavedTask<?> saved, TextWriter writer) {
    this.saved = saved;
    this.writer = writer;
  }

  /**
   * Opens a model file, or the folder of the run that made it, if a {@link Task} has made it.
   *
   * @throws IOException if there is none, or the task writes no texts
   */
  public static Optional<SavedWriter> open(Path folderOrFile, CommandSpec root, Backend backend)
      throws IOException {
    var file = SafeTensors.read(SavedTask.file(folderOrFile));
    if (!(SavedTask.command(file, root) instanceof Task<?>)) {
      return Optional.empty();
    }
    var saved = SavedTask.open(folderOrFile, root, Map.of(), backend);
    if (saved.model() instanceof TextWriter writer) {
      return Optional.of(new SavedWriter(saved, writer));
    }
    saved.close();
    throw new IOException(
        folderOrFile
            + ": expected a model that writes texts, got one of the task "
            + file.metadata().get(TaskRun.TASK));
  }

  @Override
  public List<String> write(String beginning, int count, double temperature, long seed) {
    return writer.write(beginning, count, temperature, seed);
  }

  @Override
  public void close() {
    saved.close();
  }
}
