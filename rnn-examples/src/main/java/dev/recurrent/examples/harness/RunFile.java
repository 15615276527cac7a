package dev.recurrent.examples.harness;

import dev.recurrent.examples.run.ShellWords;
import dev.recurrent.io.AtomicFiles;
import dev.recurrent.io.JsonFaults;
import dev.recurrent.io.Quoted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
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
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
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
      var its = tree.path("task").stringValue(task); // what is no text is refused below
      if (!its.equals(task)) {
        throw new IOException(
            !its.matches("[a-z]+")
                ? file + ": expected a run of the task " + task + ", got " + Quoted.quote(its)
                : "%s: expected a run of the task %s, got one of %s; './rnn train %s --resume %s' goes on with it"
                    .formatted(folder, task, its, its, ShellWords.quote(folder)));
      }
      requireForm(tree, file);
      return JSON.treeToValue(tree, RunFile.class);
    } catch (JacksonException e) {
      throw new IOException(file + ": expected a run, got " + JsonFaults.describe(e), e);
    }
  }

  /** Writes arguments as the text of one metadata entry of a model file. */
  static String toText(List<String> arguments) {
    return JsonMapper.shared().writeValueAsString(arguments);
  }

  /** Reads what {@link #toText} wrote. */
  static List<String> ofText(String text) throws IOException {
    try {
      var tree = JSON.readTree(text);
      if (!isTexts(tree)) {
        throw new IOException("options of the model: expected a list of texts, got " + kind(tree));
      }
      return tree.valueStream().map(JsonNode::stringValue).toList();
    } catch (JacksonException e) {
      throw new IOException(
          "options of the model: expected a list of texts, got " + JsonFaults.describe(e), e);
    }
  }

  /** Refuses what is JSON, but no run: each part is to be a text or a list of texts. */
  private static void requireForm(JsonNode tree, Path file) throws IOException {
    if (!tree.isObject()) {
      throw new IOException(file + ": expected a run, got " + kind(tree));
    }
    var names = new TreeSet<>(tree.propertyNames());
    for (var part : RunFile.class.getRecordComponents()) {
      names.remove(part.getName());
      var value = tree.get(part.getName());
      boolean list = part.getType() == List.class;
      boolean text = part.getType() == String.class;
      if (value == null || (list && !isTexts(value)) || (text && !value.isString())) {
        throw new IOException(
            file
                + ": "
                + part.getName()
                + ": expected "
                + (list ? "a list of texts" : text ? "a text" : "a value")
                + ", got "
                + (value == null ? "none" : kind(value)));
      }
    }
    if (!names.isEmpty()) {
      throw new IOException(
          file + ": expected the parts of a run, got " + Quoted.quote(names.first()) + ", too");
    }
  }

  private static boolean isTexts(JsonNode tree) {
    return tree.isArray() && tree.valueStream().allMatch(JsonNode::isString);
  }

  private static String kind(JsonNode tree) {
    return switch (tree.getNodeType()) {
      case ARRAY -> "a list with other values";
      case OBJECT, POJO -> "an object";
      case STRING, BINARY -> "a text";
      case NUMBER -> "a number";
      case BOOLEAN -> "true or false";
      case NULL, MISSING -> "nothing";
    };
  }
}
