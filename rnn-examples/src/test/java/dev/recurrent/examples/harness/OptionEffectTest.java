package dev.recurrent.examples.harness;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.Backends;
import dev.recurrent.data.Rows;
import dev.recurrent.examples.tasks.LanguageModel;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.train.Budget;
import dev.recurrent.train.Training;
import dev.recurrent.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;

/** Gives each task each of its options: training is another one then, or refused. */
class OptionEffectTest {
  private static final int UPDATES = 3;
  private static final String BASE =
      "--cell gru --hidden 5 --layers 2 --dropout 0 --batch 8 --epochs 4 --decay none"
          + " --weight-decay 0.1";

  /** Options with values, or several, that must change the first updates, and what goes with it. */
  private static final Map<String, String> CHANGED =
      Map.ofEntries(
          Map.entry("--cell", "lstm"),
          Map.entry("--hidden", "6"),
          Map.entry("--layers", "3"),
          Map.entry("--memory", "9"),
          Map.entry("--embed", "4"),
          Map.entry("--dropout", "0.5"),
          Map.entry("--batch", "7"),
          Map.entry("--seq", "5"),
          Map.entry("--epochs", "5"),
          Map.entry("--optimizer", "sgd"),
          Map.entry("--lr", "0.5"),
          Map.entry("--clip", "0.001 --optimizer sgd --lr 0.5"),
          Map.entry("--weight-decay", "0.5 | 0.5 --optimizer sgd"),
          Map.entry("--decay", "cosine"),
          Map.entry("--seed", "2"),
          Map.entry("--window", "3"),
          Map.entry("--horizon", "2"),
          Map.entry("--season", "7"),
          Map.entry("--feed", "input"),
          Map.entry("--input-dropout", "0.5"),
          Map.entry("--min-count", "1500"),
          Map.entry("--word-dropout", "0.9"),
          Map.entry("--character-embed", "3"),
          Map.entry("--character-hidden", "3"),
          Map.entry("--vocabulary", "20"),
          Map.entry("--min-length", "20"),
          Map.entry("--max-length", "8"),
          Map.entry("--keep", "first --max-length 5"),
          Map.entry("--pooling", "max"),
          Map.entry("--bidirectional", ""),
          Map.entry("--tokens", "word"),
          Map.entry("--merges", "3 --tokens bpe"),
          Map.entry("--tie", "--embed 5"),
          Map.entry("--no-tie", "--tokens word --embed 5"),
          Map.entry("--attention", "dot"),
          Map.entry("--input-feeding", ""),
          Map.entry("--teacher-forcing", "0.1"),
          Map.entry("--label-smoothing", "0.5"),
          Map.entry("--order", "pixels"));

  /** Options of what is read, of what comes after the first updates, and of where it runs. */
  private static final Set<String> OTHERWISE =
      Set.of(
          "--data",
          "--target-data",
          "--validation",
          "--test",
          "--vectors",
          "--shares",
          "--column",
          "--date-column",
          "--text-column",
          "--label-column",
          "--tag-column",
          "--classes",
          "--train-list",
          "--validation-list",
          "--test-list",
          "--names",
          "--skip-bad",
          "--max-bad",
          "--encoding",
          "--separator",
          "--decimal",
          "--date-format",
          "--group-column",
          "--out",
          "--resume",
          "--quick",
          "--beam",
          "--length-penalty",
          "--continue",
          "--beside",
          "--patience",
          "--decay-after",
          "--checkpoint-seconds",
          "--backend",
          "--threads",
          "--precision");

  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @TempDir private Path folder;
  private Path text;
  private final Map<List<String>, String> seen = new HashMap<>();

  static List<Class<?>> tasks() throws ClassNotFoundException {
    var train = Class.forName("dev.recurrent.examples.TrainCommand");
    return Arrays.asList(train.getAnnotation(Command.class).subcommands());
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void optionsChangeTrainingOrAreRefused(Class<?> task) throws IOException {
    text = folder.resolve("text.txt");
    Files.writeString(text, "Der Käse liegt im Schrank, und so weiter.\n".repeat(40));
    for (var option : new CommandLine(task).getCommandSpec().options()) {
      var name = option.longestName();
      if (CHANGED.containsKey(name)) {
        for (var value : CHANGED.get(name).split(" \\| ")) {
          requireEffect(task, option, value);
        }
      } else {
        assertTrue(OTHERWISE.contains(name), name + ": expected in CHANGED or OTHERWISE");
      }
    }
  }

  private void requireEffect(Class<?> task, OptionSpec option, String value) throws IOException {
    var name = option.longestName();
    var given = new ArrayList<>(List.of(name));
    given.addAll(words(value));
    var rest = given.subList(option.arity().max() == 0 ? 1 : 2, given.size());
    var unchanged = firstUpdates(task, rest);
    try {
      assertNotEquals(unchanged, firstUpdates(task, given), name);
    } catch (IllegalArgumentException refusal) {
      var message = String.valueOf(refusal.getMessage());
      assertTrue(message.startsWith(name + ": expected a task "), message);
    }
  }

  private String firstUpdates(Class<?> kind, List<String> more) throws IOException {
    var arguments = new ArrayList<>(words(BASE));
    if (kind == LanguageModel.class) { // whose sample, all of this project, is large
      arguments.addAll(List.of("--seq", "8", "--data", text.toString()));
    }
    arguments.addAll(more);
    var known = seen.get(arguments);
    if (known != null) {
      return known;
    }
    var line = new CommandLine(kind);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setOverwrittenOptionsAllowed(true);
    line.parseArgs(arguments.toArray(String[]::new));
    Task<?> task = line.getCommand();
    var updates = firstUpdates(task, arguments);
    seen.put(arguments, updates);
    return updates;
  }

  private <E> String firstUpdates(Task<E> task, List<String> arguments) throws IOException {
    var parts = task.parts(Rows.failing());
    var file = new RunFile(task.name(), arguments, "cpu", "");
    var its = Files.createTempDirectory(folder, "run");
    var updates = new ArrayList<String>();
    try (var backend = Backends.open("cpu", new BackendOptions(1));
        var run = new TaskRun<>(backend, new TaskRun.Setup<>(task, parts, file, its))) {
      var listener =
          new TrainingListener() {
            @Override
            public void started(Training training, Budget budget) {
              updates.add(budget.toString());
            }

            @Override
            public void updated(Update done) {
              updates.add(done.updatesPerEpoch() + " an epoch, rate " + done.learningRate());
              updates.add(done.targets() + " targets, loss " + done.loss());
              if (done.update() == UPDATES) {
                throw new Enough();
              }
            }
          };
      assertThrows(Enough.class, () -> run.train(listener));
    }
    return updates.toString();
  }

  private static List<String> words(String line) {
    return line.isEmpty() ? List.of() : List.of(line.split(" "));
  }
}
