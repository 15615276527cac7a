package dev.recurrent.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.examples.harness.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs every task on the sample that comes with it. */
final class TasksTest {
  @TempDir private Path folder;

  static Stream<String> tasks() {
    var train = Objects.requireNonNull(Main.commandLine().getSubcommands().get("train"));
    return train.getSubcommands().entrySet().stream()
        .filter(entry -> entry.getValue().getCommandSpec().userObject() instanceof Task<?>)
        .map(java.util.Map.Entry::getKey);
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void quickRunLearnsMoreThanTheBaselineAndLeavesItsFiles(String task) throws IOException {
    var out = folder.resolve("run");
    var run = CommandLineRun.of("train", task, "--quick", "--out", out.toString());
    assertEquals(0, run.status(), run.toString());
    assertTrue(run.out().contains("it has learnt something"), run.out());
    for (var file :
        new String[] {"best.safetensors", "history.csv", "loss.png", "scores.json", "run.json"}) {
      assertTrue(Files.size(out.resolve(file)) > 0, file);
    }
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void quickRunThatCannotLearnFails(String task) {
    var out = folder.resolve("run").toString();
    var run =
        CommandLineRun.of("train", task, "--quick", "--epochs", "1", "--lr", "1e-9", "--out", out);
    assertEquals(1, run.status(), run.toString());
    assertTrue(run.out().contains("IT HAS LEARNT NOTHING"), run.out());
  }
}
