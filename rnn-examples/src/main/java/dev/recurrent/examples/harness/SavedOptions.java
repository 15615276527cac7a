package dev.recurrent.examples.harness;

import dev.recurrent.io.Quoted;
import dev.recurrent.io.SafeTensors;
import dev.recurrent.io.SafeTensorsException;
import dev.recurrent.io.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The options of a task in the metadata of a model file, which may be anybody's. Only options of
 * the task itself are taken, of a length and size that a model can have; none names a file.
 */
final class SavedOptions {
  private static final Pattern OPTION =
      Pattern.compile("(--[a-z][a-z0-9-]{0,40})(?:=(.*))?", Pattern.DOTALL);
  private static final int MAX_OPTIONS = 1000;
  private static final int MAX_CHARACTERS = 100_000;

  /** The largest number: of steps, tokens and the like, with room to count beyond it. */
  private static final long MAX_NUMBER = 1 << 30;

  /** Each unit of these has a parameter of its own at least. */
  private static final Set<String> SIZES =
      Set.of("--hidden", "--embed", "--character-embed", "--character-hidden");

  /** Layers of a network that has none are not refused. */
  private static final int FREE_LAYERS = 64;

  /** What is looked at at once takes memory, which no tensor of the file shows. */
  private static final Map<String, Long> SMALL = Map.of("--beam", 10_000L);

  private final SafeTensors file;
  private final CommandSpec task;

  private SavedOptions(SafeTensors file, CommandSpec task) {
    this.file = file;
    this.task = task;
  }

  /** Returns those of a run's options that its model file holds: all but those that name files. */
  static List<String> withoutFiles(List<String> arguments, CommandSpec task) {
    return arguments.stream()
        .filter(argument -> !isFile(task.findOption(argument.split("=", 2)[0])))
        .toList();
  }

  /**
   * Reads the options that a model file says its task was trained with; files, which those of
   * earlier versions name, are left out.
   *
   * @throws IOException if they are malformed, or none that a model can have
   */
  static List<String> read(SafeTensors file, String text, CommandSpec task) throws IOException {
    List<String> arguments;
    try {
      arguments = RunFile.ofText(text);
    } catch (IOException e) {
      throw new IOException(file.file() + ": " + e.getMessage(), e);
    }
    var saved = new SavedOptions(file, task);
    if (arguments.size() > MAX_OPTIONS) {
      throw saved.wrong("at most " + MAX_OPTIONS, "" + arguments.size());
    }
    for (var argument : arguments) {
      saved.check(argument);
    }
    return withoutFiles(arguments, task);
  }

  /** Finds an option by its name, or by that of its negation: {@code --no-tie}. */
  private @Nullable OptionSpec option(String name) {
    var option = task.findOption(name);
    if (option == null && name.startsWith("--no-")) {
      var negated = task.findOption("--" + name.substring("--no-".length()));
      return negated != null && negated.negatable() ? negated : null;
    }
    return option;
  }

  private void check(String argument) throws IOException {
    var parts = OPTION.matcher(argument);
    var option = parts.matches() ? option(parts.group(1)) : null;
    if (option == null || !GivenOptions.mayBeSaved(option)) {
      throw wrong("options of 'train " + task.name() + "'", Quoted.quote(argument));
    }
    var value = parts.group(2);
    if (value == null != (option.arity().max() == 0)) {
      throw wrong(
          parts.group(1) + (value == null ? "=VALUE" : " without a value"), Quoted.quote(argument));
    }
    if (argument.length() > MAX_CHARACTERS) {
      throw wrong(
          parts.group(1) + " of at most " + MAX_CHARACTERS + " characters",
          argument.length() + " characters");
    }
    if (value != null && isWhole(option)) {
      checkNumber(parts.group(1), value);
    }
  }

  private void checkNumber(String name, String value) throws IOException {
    long most = largest(name);
    try {
      if (Long.parseLong(value) <= most) {
        return; // a number that is too small is the option's to refuse
      }
    } catch (NumberFormatException e) {
      // Reported below, as a number out of range is.
    }
    throw wrong(name + " of at most " + most, Quoted.quote(value));
  }

  private long largest(String name) {
    if (SIZES.contains(name)) {
      return file.tensors().values().stream().mapToLong(TensorInfo::elements).sum();
    }
    return name.equals("--layers")
        ? Math.max(FREE_LAYERS, file.tensors().size())
        : SMALL.getOrDefault(name, MAX_NUMBER);
  }

  private static boolean isWhole(OptionSpec option) {
    return option.type() == int.class || option.type() == Integer.class;
  }

  private static boolean isFile(@Nullable OptionSpec option) {
    return option != null && option.type() == Path.class;
  }

  private SafeTensorsException wrong(String expected, String got) {
    return new SafeTensorsException(file.file(), "options of the model", expected, got);
  }
}
