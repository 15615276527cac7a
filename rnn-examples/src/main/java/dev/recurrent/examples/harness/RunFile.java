package dev.recurrent.examples.harness;

import dev.recurrent.examples.run.ShellWords;
import dev.recurrent.io.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Holds what began a run, kept as {@code run.json} in its folder so that it can go on there.
 *
 * @param task the name of the task
 * @param arguments the options that decide the bits of the run and its report, as on the command
 *     line
 * @param backend the name of the backend
 * @param data tells whether the data are still the same
 */
record RunFile(String task, List<String> arguments, String backend, String data) {
  static final String NAME = "run.json";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  RunFile {
    arguments = List.copyOf(arguments);
  }

  /** Tells whether a folder holds a run. */
  static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(NAME));
  }

  /** Returns the same with other options in the place of those of the same names. */
  RunFile with(List<String> others) {
    return new RunFile(task, GivenOptions.replaced(arguments, others), backend, data);
  }

  /** Tells whether the run has an option of the name of another one. */
  boolean hasOptionOf(String other) {
    return arguments.stream()
        .anyMatch(option -> GivenOptions.name(option).equals(GivenOptions.name(other)));
  }

  void write(Path folder) throws IOException {
    AtomicFiles.write(folder.resolve(NAME), JSON.writeValueAsBytes(this));
  }

  /**
   * Reads the file of a run.
   *
   * @throws IOException if the folder holds none of this task, or it is damaged
   */
  static RunFile read(Path folder, String task) throws IOException {
    var file = folder.resolve(NAME);
    if (Files.notExists(file)) {
      throw new IOException(
          folder
              + ": expected the folder of a run of 'rnn train "
              + task
              + "' ("
              + NAME
              + "), got none");
    }
    try {
      var tree = JSON.readTree(Files.readAllBytes(file));
      var its = tree.path("task").stringValue("");
      if (!its.equals(task)) {
        throw new IOException(
            !its.matches("[a-z]+")
                ? file + ": expected the file of a run, got JSON without a task"
                : "%s: expected a run of the task %s, got one of %s; './rnn train %s --resume %s' goes on with it"
                    .formatted(folder, task, its, its, ShellWords.quote(folder)));
      }
      return JSON.treeToValue(tree, RunFile.class);
    } catch (JacksonException e) {
      throw new IOException(
          file + ": expected the file of a run as 'rnn train' writes it, got a damaged one", e);
    }
  }

  /** Writes arguments as the text of one metadata entry of a model file. */
  static String toText(List<String> arguments) {
    return JsonMapper.shared().writeValueAsString(arguments);
  }

  /** Reads what {@link #toText} wrote. */
  static List<String> ofText(String text) throws IOException {
    try {
      return List.of(JsonMapper.shared().readValue(text, String[].class));
    } catch (JacksonException e) {
      throw new IOException("arguments of the model: " + e.getOriginalMessage(), e);
    }
  }
}
