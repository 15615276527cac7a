package dev.recurrent.examples.harness;

import dev.recurrent.data.Rows;
import dev.recurrent.data.Splits;
import dev.recurrent.data.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
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
    var validates = keys(validation);
    var tests = keys(test);
    Predicate<String> trains = k -> !validates.contains(k) && !tests.contains(k);
    if (training != null) {
      trains = keys(training)::contains;
    }
    return List.of(
        of(examples, key, trains),
        of(examples, key, validates::contains),
        of(examples, key, tests::contains));
  }

  private static Set<String> keys(Path list) throws IOException {
    return new HashSet<>(TextFile.lines(list, Rows.failing()));
  }

  private static <E> List<E> of(
      List<E> examples, Function<E, String> key, Predicate<String> wanted) {
    return examples.stream().filter(example -> wanted.test(key.apply(example))).toList();
  }
}
