package dev.recurrent.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Gives each option of each command twice, among all others. */
class RepeatedOptionsTest {
  private static final List<String> VALUES =
      List.of(
          "1", "2", "3", "0.5", "0.25", "lstm", "gru", "beam=1", "beam=2", "x", "y", "UTF-8",
          "UTF-16");

  static Stream<Arguments> commands() {
    var found = new ArrayList<Arguments>();
    add(found, Main.commandLine());
    return found.stream();
  }

  private static void add(List<Arguments> found, CommandLine line) {
    if (line.getSubcommands().isEmpty()) {
      // One of its own, since those within others are not to be parsed alone.
      var alone = new CommandLine(line.getCommandSpec().userObject().getClass());
      alone.setCaseInsensitiveEnumValuesAllowed(line.isCaseInsensitiveEnumValuesAllowed());
      found.add(arguments(line.getCommandSpec().qualifiedName(), alone));
    }
    line.getSubcommands().values().forEach(sub -> add(found, sub));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("commands")
  void optionGivenTwiceIsRefusedOrItsLastValueCountsAndNoOtherIsLost(
      String name, CommandLine command) {
    assertEquals(List.of(), faults(command), name);
  }

  @Test
  void commandThatLosesOptionsIsFound() {
    var faults = faults(new CommandLine(new Forgetful()));
    assertTrue(faults.toString().contains("--one given twice: "), faults::toString);
  }

  /** A group of options, which picocli makes anew where one of them comes again. */
  @Command(name = "forgetful")
  static final class Forgetful {
    @ArgGroup(validate = false)
    Group group = new Group();

    static final class Group {
      @Option(names = "--one")
      int one;

      @Option(names = "--two")
      int two;
    }
  }

  private static List<String> faults(CommandLine command) {
    var options =
        command.getCommandSpec().options().stream()
            .filter(option -> !option.usageHelp() && !option.versionHelp() && !option.inherited())
            .toList();
    var required = new ArrayList<String>();
    options.stream()
        .filter(OptionSpec::required)
        .forEach(option -> required.addAll(given(option, "x")));
    var values = new TreeMap<String, List<String>>();
    var all = new ArrayList<String>();
    for (var option : options) {
      var fitting = fitting(command, required, option);
      values.put(option.longestName(), fitting);
      all.addAll(given(option, fitting.getFirst()));
    }
    var once = parsed(command, all);
    var faults = new ArrayList<String>();
    for (var option : options) {
      var name = option.longestName();
      var twice = new ArrayList<>(all);
      twice.addAll(given(option, values.get(name).getLast()));
      try {
        var now = parsed(command, twice);
        if (option.arity().max() > 0 && !option.isMultiValue()) {
          assertNotEquals(once.get(name), now.get(name), name);
        }
        now.remove(name);
        var before = new TreeMap<>(once);
        before.remove(name);
        if (!now.equals(before)) {
          faults.add(name + " given twice: " + now + " in the place of " + before);
        }
      } catch (ParameterException e) {
        if (!String.valueOf(e.getMessage()).contains(name)) {
          faults.add(name + ": " + e.getMessage());
        }
      }
    }
    return faults;
  }

  /** Returns two values that an option takes. */
  private static List<String> fitting(
      CommandLine command, List<String> required, OptionSpec option) {
    if (option.arity().max() == 0) {
      return List.of("", "");
    }
    var candidates = new ArrayList<>(VALUES);
    if (option.completionCandidates() != null) {
      option.completionCandidates().forEach(candidates::add);
    }
    var fitting = new ArrayList<String>();
    for (var value : candidates) {
      var arguments = new ArrayList<>(required);
      if (!option.required()) {
        arguments.addAll(given(option, value));
      }
      try {
        command.parseArgs(arguments.toArray(String[]::new));
        fitting.add(value);
      } catch (ParameterException e) {
        // not this one
      }
      if (fitting.size() == 2) {
        return fitting;
      }
    }
    throw new AssertionError(option.longestName() + ": expected two values that fit " + fitting);
  }

  private static List<String> given(OptionSpec option, String value) {
    return option.arity().max() == 0
        ? List.of(option.longestName())
        : List.of(option.longestName(), value);
  }

  /** Returns what the options are after parsing. */
  private static Map<String, String> parsed(CommandLine command, List<String> arguments) {
    command.parseArgs(arguments.toArray(String[]::new));
    var values = new TreeMap<String, String>();
    for (var option : command.getCommandSpec().options()) {
      Object value = option.getValue();
      values.put(
          option.longestName(),
          value instanceof Object[] array ? Arrays.toString(array) : String.valueOf(value));
    }
    return values;
  }
}
