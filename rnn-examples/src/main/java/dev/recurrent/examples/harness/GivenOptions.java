package dev.recurrent.examples.harness;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Lists the options of a command line in a form that gives the same when parsed again, anywhere.
 */
final class GivenOptions {
  /** Options that change nothing in the bits of a run. */
  private static final Set<String> OF_THE_MOMENT =
      Set.of("--out", "--resume", "--backend", "--threads", "--checkpoint-seconds");

  private GivenOptions() {}

  /**
   * Returns the options that decide the bits of a run as {@code --name=value}, files by their
   * absolute path.
   */
  static List<String> deciding(ParseResult parsed) {
    var arguments = new ArrayList<String>();
    for (var option : parsed.matchedOptionsSet()) {
      if (!option.inherited() && !OF_THE_MOMENT.contains(option.longestName())) {
        add(arguments, option);
      }
    }
    return arguments;
  }

  /** Returns the files and folders that decide the bits of a run, in the order of the options. */
  static List<Path> files(ParseResult parsed) {
    return parsed.matchedOptionsSet().stream()
        .filter(option -> option.type() == Path.class)
        .filter(option -> !OF_THE_MOMENT.contains(option.longestName()))
        .map(option -> option.<Path>getValue())
        .toList();
  }

  private static void add(List<String> arguments, OptionSpec option) {
    if (option.arity().max() == 0) {
      arguments.add(option.longestName());
      return;
    }
    boolean file = option.type() == Path.class;
    for (var value : option.originalStringValues()) {
      var given = file ? Path.of(value).toAbsolutePath().toString() : value;
      arguments.add(option.longestName() + "=" + given);
    }
  }
}
