package dev.recurrent.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.data.LabelledText;
import dev.recurrent.examples.made.MadeNames;
import dev.recurrent.examples.run.RunFolder;
import dev.recurrent.io.SafeTensors;
import dev.recurrent.io.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs what all tasks share, with the smallest of them. */
final class TaskCommandTest {
  private static final List<String> SMALL =
      List.of("--hidden", "5", "--embed", "3", "--batch", "8", "--patience", "9");

  @TempDir private Path folder;
  private Path data;

  @BeforeEach
  void writeNames() throws IOException {
    data = Files.createDirectory(folder.resolve("names"));
    var byLabel =
        MadeNames.of(200, 3).stream()
            .collect(Collectors.groupingBy(name -> Objects.requireNonNull(name.label())));
    for (var entry : byLabel.entrySet()) {
      Files.write(
          data.resolve(entry.getKey() + ".txt"),
          entry.getValue().stream().map(LabelledText::text).toList());
    }
  }

  @Test
  void runThatGoesOnEndsInTheSameBitsAsOneThatNeverStopped() throws IOException {
    train("whole", "--epochs", "3");
    train("parted", "--epochs", "1");
    var rest = resume("parted", "--epochs", "3");
    assertEquals(0, rest.status(), rest.toString());
    for (var file : List.of("checkpoint.safetensors", "best.safetensors")) {
      assertEquals(tensors("whole/" + file), tensors("parted/" + file), file);
    }
    assertEquals(
        Files.readString(folder.resolve("whole/scores.json")),
        Files.readString(folder.resolve("parted/scores.json")));
  }

  @Test
  void threadsAreThoseOfTheMomentAndChangeNoBits() throws IOException {
    var one = train("one", "--epochs", "2", "--threads", "1");
    assertTrue(one.contains(", 1 threads)"), one);
    var first = train("parted", "--epochs", "1", "--threads", "3");
    assertTrue(first.contains(", 3 threads)"), first);
    var rest = resume("parted", "--epochs", "2", "--threads", "2");
    assertTrue(rest.out().contains(", 2 threads)"), rest.toString());
    assertEquals(tensors("one/best.safetensors"), tensors("parted/best.safetensors"));
  }

  /** With a rate of 10⁻³⁰ all epochs are equally good, so the first one stays the best. */
  @Test
  void trainingEndsAfterMoreEpochsThanItsPatienceWithoutABetterOne() throws IOException {
    var learning = "--hidden 5 --embed 3 --epochs 9 --lr 1e-30 --patience 2 --data ";
    var run = CommandLineRun.ofLine("train classify " + learning + data + " --out " + path("run"));
    assertTrue(run.out().contains("best     epoch 1,"), run::toString);
    assertEquals(1 + 1 + 3, Files.readAllLines(folder.resolve("run/history.csv")).size());
  }

  @Test
  void resumeRefusesOtherOptionsAndOtherData() throws IOException {
    train("run", "--epochs", "1");
    var contradiction = resume("run", "--hidden", "7");
    assertEquals(2, contradiction.status());
    assertTrue(contradiction.err().contains("--hidden"), contradiction.err());
    Files.writeString(data.resolve("Avian.txt"), "twee\n");
    var changed = resume("run", "--epochs", "2");
    assertEquals(1, changed.status());
    assertTrue(changed.err().contains("files that have changed"), changed.err());
  }

  @Test
  void dataThatLieElsewhereNowAreTakenFromThereWhereTheyAreTheSame() throws IOException {
    train("run", "--epochs", "1");
    var elsewhere = Files.move(data, folder.resolve("else where"));
    var gone = resume("run", "--epochs", "2");
    assertEquals(1, gone.status(), gone.toString());
    var moved = resume("run", "--epochs", "2", "--data", elsewhere.toString());
    assertEquals(0, moved.status(), moved.toString());
    var again = resume("run");
    assertEquals(0, again.status(), again.toString());
    assertTrue(again.out().contains("--epochs 2 "), again.out());
    var other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(other.resolve("Avian.txt"), "twee\n");
    var changed = resume("run", "--data", other.toString());
    assertEquals(1, changed.status());
    assertTrue(changed.err().contains("other content in --data=" + other), changed.err());
    var more = resume("run", "--test", elsewhere.toString());
    assertEquals(2, more.status());
    assertTrue(more.err().contains("--test="), more.err());
  }

  @Test
  void folderInUseIsNeitherResumedNorStartedIn() throws IOException {
    train("run", "--epochs", "1");
    try (var _ = RunFolder.take(folder.resolve("run"))) {
      var resumed = resume("run", "--epochs", "2");
      assertEquals(1, resumed.status());
      assertTrue(resumed.err().contains("got one in use: process "), resumed.err());
    }
    try (var _ = RunFolder.take(folder.resolve("new"))) {
      var started = CommandLineRun.of("train", "classify", "--quick", "--out", path("new"));
      assertEquals(1, started.status());
      assertTrue(started.err().contains("got one in use: process "), started.err());
    }
  }

  @Test
  void leftoversOfARunWhoseFileIsGoneAreNotAdopted() throws IOException {
    train("run", "--epochs", "1");
    Files.delete(folder.resolve("run/run.json"));
    for (var left : List.of("checkpoint.safetensors", "best.safetensors")) {
      var run = CommandLineRun.of("train", "classify", "--quick", "--out", path("run"));
      assertEquals(1, run.status());
      assertTrue(run.err().contains("got " + left + " of one whose run.json is"), run.err());
      Files.delete(folder.resolve("run").resolve(left));
    }
  }

  @Test
  void folderOfAnotherTaskOrOfNoRunSaysSo() throws IOException {
    train("run", "--epochs", "1");
    var other = CommandLineRun.of("train", "tags", "--resume", path("run"));
    assertEquals(1, other.status());
    assertTrue(
        other.err().contains("expected a run of the task tags, got one of classify; './rnn train"),
        other.err());
    for (var text : List.of("{", "[]", "{\"task\": 3}", "{\"task\": \"classify\"}")) {
      Files.writeString(folder.resolve("run/run.json"), text);
      var damaged = resume("run");
      assertEquals(1, damaged.status(), text);
      assertTrue(damaged.err().contains("run.json: "), damaged.err());
      assertFalse(damaged.err().contains("Jackson"), damaged.err());
    }
  }

  @Test
  void runThatFailsBeforeItBeginsLeavesNoFolder() {
    var none =
        CommandLineRun.of("train", "classify", "--data", path("nowhere"), "--out", path("none"));
    assertEquals(1, none.status());
    assertFalse(Files.exists(folder.resolve("none")));
  }

  @Test
  void printedCommandIsQuotedForAShell() {
    var out = train("my run", "--epochs", "1");
    assertTrue(out.contains("predict --model '" + path("my run") + "' --input"), out);
  }

  @Test
  void finishedRunWhoseBestModelIsMissingOrDamagedSaysSo() throws IOException {
    train("run", "--epochs", "1");
    var best = folder.resolve("run/best.safetensors");
    var whole = Files.readAllBytes(best);
    var flipped = whole.clone();
    flipped[whole.length - 5] ^= 4;
    for (var content : List.of(new byte[0], Arrays.copyOf(whole, whole.length - 9), flipped)) {
      Files.write(best, content);
      assertBestMissed(resume("run"));
    }
    Files.delete(best);
    assertBestMissed(resume("run"));
    Files.write(best, whole);
    var again = resume("run");
    assertEquals(0, again.status(), again.toString());
  }

  private static void assertBestMissed(CommandLineRun run) {
    assertEquals(1, run.status(), run.toString());
    assertTrue(run.err().contains("best.safetensors: "), run.err());
    assertTrue(run.err().contains("begin a new run"), run.err());
  }

  @Test
  void folderOfAnotherRunIsNeverWrittenTo() throws IOException {
    train("run", "--epochs", "1");
    var again = CommandLineRun.of("train", "classify", "--quick", "--out", path("run"));
    assertEquals(1, again.status());
    assertTrue(again.err().contains("--resume"), again.err());
  }

  @Test
  void predictsAndScoresWithTheModelAlone() throws IOException {
    train("run", "--epochs", "2");
    var alone = Files.copy(folder.resolve("run/best.safetensors"), folder.resolve("m.safetensors"));
    var input = Files.writeString(folder.resolve("input.txt"), "tweewit\nq\"a,\n");
    var csv = predict(alone, input, "csv");
    assertEquals(0, csv.status(), csv.toString());
    var lines = csv.out().lines().toList();
    assertEquals(3, lines.size(), csv.out());
    assertEquals("input,class,probability", lines.get(0));
    assertTrue(lines.get(2).startsWith("\"q\"\"a,\","), csv.out());
    var json = predict(alone, input, "jsonl");
    assertTrue(json.out().startsWith("{\"input\":\"tweewit\",\"class\":\""), json.out());
    assertTrue(json.out().matches("(?s).*\"probability\":[01]\\.\\d{4}}.*"), json.out());
    var eval = CommandLineRun.of("eval", "--model", alone.toString(), "--data", data.toString());
    assertEquals(0, eval.status(), eval.toString());
    assertTrue(eval.out().matches("(?s).*score +macro F1 0\\.\\d{4} \\(95 % .*"), eval.out());
  }

  @Test
  void modelOfAnotherOriginIsRefused() throws IOException {
    var other = folder.resolve("other.safetensors");
    SafeTensors.write(other, Map.of("a", TensorData.of(new float[1], 1)), Map.of());
    var eval = CommandLineRun.of("eval", "--model", other + "", "--data", data + "");
    assertEquals(1, eval.status());
    assertTrue(eval.err().contains("expected a model that 'rnn train TASK' has made"), eval.err());
    var none = CommandLineRun.of("eval", "--model", path("nowhere"), "--data", data.toString());
    assertEquals(1, none.status());
    assertTrue(none.err().contains("best.safetensors"), none.err());
  }

  @Test
  void labelThatTheModelDoesNotKnowIsNamed() throws IOException {
    train("run", "--epochs", "1");
    var other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(other.resolve("Martian.txt"), "zork\n");
    var eval = CommandLineRun.of("eval", "--model", path("run"), "--data", other.toString());
    assertEquals(1, eval.status());
    assertTrue(eval.err().contains("got only others: \"Martian\""), eval.err());
    assertFalse(eval.err().contains("internal error"), eval.err());
  }

  private String train(String name, String... more) {
    var arguments =
        new ArrayList<>(
            List.of("train", "classify", "--data", data.toString(), "--out", path(name)));
    arguments.addAll(SMALL);
    arguments.addAll(List.of(more));
    var run = CommandLineRun.of(arguments.toArray(String[]::new));
    assertEquals(0, run.status(), run.toString());
    return run.out();
  }

  private CommandLineRun resume(String name, String... more) {
    var arguments = new ArrayList<>(List.of("train", "classify", "--resume", path(name)));
    arguments.addAll(List.of(more));
    return CommandLineRun.of(arguments.toArray(String[]::new));
  }

  private static CommandLineRun predict(Path model, Path input, String format) {
    return CommandLineRun.of(
        "predict", "--model", model.toString(), "--input", input.toString(), "--format", format);
  }

  private Map<String, String> tensors(String name) throws IOException {
    var file = SafeTensors.read(folder.resolve(name));
    var values = new TreeMap<String, String>();
    for (var tensor : file.names()) {
      values.put(tensor, Base64.getEncoder().encodeToString(file.bytes(tensor)));
    }
    return values;
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }
}
