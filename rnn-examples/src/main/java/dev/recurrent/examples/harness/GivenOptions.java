package dev.recurrent.examples.harness;

import static java.util.stream.Collectors.groupingBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Lists the options of a command line in a form that gives the same when parsed again, anywhere:
 * {@code --name=value}, files by their absolute path.
 */
final class GivenOptions {
  /** Options that change nothing in the bits of a run. */
  private static final Set<String> OF_THE_MOMENT =
      Set.of("--out", "--resume", "--backend", "--threads", "--checkpoint-seconds");

  /** Options of what is drawn in the end: a run remembers them, but may go on with others. */
  private static final Set<String> OF_THE_REPORT = Set.of("--beside");

  private GivenOptions() {}

  /** Returns the options that decide the bits of a run. */
  static List<String> deciding(ParseResult parsed) {
    return list(parsed, GivenOptions::isDeciding);
  }

  /** Returns the options that decide what a run's report shows besides the run. */
  static List<String> reporting(ParseResult parsed) {
    return named(parsed, OF_THE_REPORT::contains);
  }

  /** Returns the options of some names. */
  static List<String> named(ParseResult parsed, Predicate<String> wanted) {
    return list(parsed, option -> wanted.test(option.longestName()));
  }

  /** Returns the options that name the files and folders of the data. */
  static List<String> places(ParseResult parsed) {
    return list(parsed, GivenOptions::isPlace);
  }

  /** Tells whether a run or a model may remember an option. */
  static boolean mayBeSaved(OptionSpec option) {
    return !option.inherited()
        && !option.usageHelp()
        && !option.versionHelp()
        && !OF_THE_MOMENT.contains(option.longestName());
  }

  /** Returns options with others in the place of those of the same names, or else behind them. */
  static List<String> replaced(List<String> options, List<String> others) {
    var byName = new LinkedHashMap<String, List<String>>();
    for (var given : List.of(options, others)) {
      byName.putAll(
          given.stream()
              .collect(groupingBy(GivenOptions::name, LinkedHashMap::new, Collectors.toList())));
    }
    return byName.values().stream().flatMap(List::stream).toList();
  }

  /** Returns the name of an option in the form of these lists. */
  static String name(String option) {
    return option.split("=", 2)[0];
  }

  private static boolean isDeciding(OptionSpec option) {
    var name = option.longestName();
    return !OF_THE_MOMENT.contains(name) && !OF_THE_REPORT.contains(name);
  }

  private static boolean isPlace(OptionSpec option) {
    return option.type() == Path.class && isDeciding(option);
  }

  private static List<String> list(ParseResult parsed, Predicate<OptionSpec> wanted) {
    var arguments = new ArrayList<String>();
    for (var option : parsed.matchedOptionsSet()) {
      if (!option.inherited() && wanted.test(option)) {
        add(arguments, option);
      }
    }
    return arguments;
  }

  /** Returns the files and folders that decide the bits of a run, in the order of the options. */
  static List<Path> files(ParseResult parsed) {
    return fileOptions(parsed).map(option -> option.<Path>getValue()).toList();
  }

  /** Returns the files and folders that decide the bits of a run, by the names of the options. */
  static SortedMap<String, Path> filesByOption(ParseResult parsed) {
    var files = new TreeMap<String, Path>();
    fileOptions(parsed).forEach(option -> files.put(option.longestName(), option.getValue()));
    return files;
  }

  private static Stream<OptionSpec> fileOptions(ParseResult parsed) {
    return parsed.matchedOptionsSet().stream().filter(GivenOptions::isPlace);
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
