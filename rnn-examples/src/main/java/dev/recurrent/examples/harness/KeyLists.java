package dev.recurrent.examples.harness;

import dev.recurrent.data.DataException;
import dev.recurrent.data.Place;
import dev.recurrent.data.Rows;
import dev.recurrent.data.Splits;
import dev.recurrent.data.TextFile;
import dev.recurrent.io.Quoted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Parts the examples of one file by their keys, at random or as lists say: the options {@code
 * --train-list}, {@code --validation-list} and {@code --test-list}, for {@code @Mixin}.
 */
public final class KeyLists {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--train-list",
      paramLabel = "FILE",
      order = 41,
      description = "Keys that train, one a line. Default: all that are in neither other list")
  private @Nullable Path training;

  @Option(
      names = "--validation-list",
      paramLabel = "FILE",
      order = 42,
      description = "Keys that choose the best epoch, one a line.")
  private @Nullable Path validation;

  @Option(
      names = "--test-list",
      paramLabel = "FILE",
      order = 43,
      description = "Keys that give the score, one a line.")
  private @Nullable Path test;

  /** Parts examples so that those of one key stay together. */
  public <E> List<List<E>> split(
      List<E> examples, Function<E, String> key, long seed, double... shares) throws IOException {
    if (training == null && validation == null && test == null) {
      return Splits.byKey(examples, key, seed, shares);
    }
    if (validation == null || test == null || shares.length != 3) {
      throw new ParameterException(
          spec.commandLine(),
          "--validation-list, --test-list: expected both, and neither --validation nor --test,"
              + " got others");
    }
    var known = examples.stream().map(key).collect(Collectors.toSet());
    var validates = keys(validation, known);
    var tests = keys(test, known);
    requireApart("--validation-list", validates, "--test-list", tests);
    Predicate<String> trains = k -> !validates.contains(k) && !tests.contains(k);
    if (training != null) {
      var listed = keys(training, known);
      requireApart("--train-list", listed, "--validation-list", validates);
      requireApart("--train-list", listed, "--test-list", tests);
      trains = listed::contains;
    }
    return List.of(
        of(examples, key, trains),
        of(examples, key, validates::contains),
        of(examples, key, tests::contains));
  }

  /** Reads the keys of a list, all of which must be in the data. */
  private static Set<String> keys(Path list, Set<String> known) throws IOException {
    var keys = new LinkedHashSet<String>();
    int line = 0;
    for (var key : TextFile.lines(list, Rows.failing())) {
      line++;
      if (!key.isBlank()) {
        if (!known.contains(key.strip())) {
          throw new DataException(
              new Place(list, line, 1), "a key of the data", Quoted.quote(key.strip()));
        }
        keys.add(key.strip());
      }
    }
    return keys;
  }

  /** Refuses two lists that have a key in common, on which no score could be relied on. */
  private void requireApart(String one, Set<String> keys, String other, Set<String> others) {
    var both = keys.stream().filter(others::contains).toList();
    if (!both.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "%s, %s: expected lists without a key in common, got %,d in both, the first %s"
              .formatted(one, other, both.size(), Quoted.quote(both.getFirst())));
    }
  }

  private static <E> List<E> of(
      List<E> examples, Function<E, String> key, Predicate<String> wanted) {
    return examples.stream().filter(example -> wanted.test(key.apply(example))).toList();
  }
}
