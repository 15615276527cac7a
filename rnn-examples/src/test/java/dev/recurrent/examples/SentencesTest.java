package dev.recurrent.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.examples.made.MadeCaptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the language model of sentences on a user's own files. */
class SentencesTest {
  private static final String SMALL = " --epochs 1 --hidden 8 --embed 8 --batch 16";

  @TempDir Path folder;

  @BeforeEach
  void writeData() throws IOException {
    var lines = new ArrayList<String>();
    for (var caption : MadeCaptions.of(20, 1)) {
      lines.add(caption.key() + "#" + lines.size() + "\t" + caption.text());
    }
    Files.write(folder.resolve("captions"), lines);
    Files.write(folder.resolve("validation"), List.of("1.3", "1.7"));
    Files.write(folder.resolve("test"), List.of("1.0", "1.19", "1.5"));
  }

  private CommandLineRun run(String line) {
    return CommandLineRun.ofLine(line.replace("DIR", folder.toString()));
  }

  @Test
  void sentencesOfOneKeyStayInOnePart() throws IOException {
    var run = run("train sentences --data DIR/captions --out DIR/run" + SMALL);
    assertEquals(0, run.status(), run::err);
    assertTrue(run.out().contains("48 examples train, 6 validate, 6 test"), run::out);
    assertEquals(20, Files.readAllLines(folder.resolve("run/samples.txt")).size());
  }

  @Test
  void listsOfKeysSayWhichPartSentencesAreIn() throws IOException {
    var lists = " --validation-list DIR/validation --test-list DIR/test";
    var run = run("train sentences --data DIR/captions --out DIR/run" + lists + SMALL);
    assertEquals(0, run.status(), run::err);
    assertTrue(run.out().contains("45 examples train, 6 validate, 9 test"), run::out);
    Files.write(folder.resolve("train"), List.of("1.1", "1.2"));
    run =
        run(
            "train sentences --data DIR/captions --out DIR/run2 --train-list DIR/train"
                + lists
                + SMALL);
    assertEquals(0, run.status(), run::err);
    assertTrue(run.out().contains("6 examples train, 6 validate, 9 test"), run::out);
    Files.write(folder.resolve("test"), List.of("1.0", "1.1"));
    assertFails(
        "expected the data that the run began with, got files that have changed",
        "train sentences --resume DIR/run");
    assertFails(
        "--validation-list, --test-list: expected both, and neither --validation nor --test",
        "train sentences --data DIR/captions --test-list DIR/test --out DIR/run3" + SMALL);
  }

  @Test
  void plainLinesAreScoredAndMalformedOnesNamed() throws IOException {
    var train = run("train sentences --data DIR/captions --out DIR/run" + SMALL);
    assertEquals(0, train.status(), train::err);
    Files.write(folder.resolve("lines"), List.of("a dog runs .", "Seven, zebras!", ""));
    var predict = run("predict --model DIR/run --input DIR/lines");
    assertEquals(0, predict.status(), predict::err);
    assertEquals(4, predict.out().lines().count(), predict::out);
    assertTrue(predict.out().contains("\na dog runs .,"), predict::out);
    var eval = run("eval --model DIR/run --data DIR/captions");
    assertTrue(eval.out().contains("score    perplexity "), eval::out);
    Files.write(folder.resolve("lines"), List.of("a#0\tone", "b#1\t"));
    assertFails(
        "/lines:2:5: expected a text behind the tab, got none",
        "eval --model DIR/run --data DIR/lines");
  }

  @Test
  void samplesGoOnFromAPromptAndDependOnTheSeed() {
    var train = run("train sentences --data DIR/captions --out DIR/run" + SMALL);
    assertEquals(0, train.status(), train::err);
    var model = new String[] {"sample", "--model", folder + "/run", "--length", "60"};
    var run = CommandLineRun.of(with(model, "--prompt", "A dog runs"));
    assertEquals(0, run.status(), run::err);
    var lines = run.out().lines().toList();
    assertTrue(lines.stream().allMatch(line -> line.startsWith("a dog runs")), run::out);
    assertTrue(lines.stream().noneMatch(line -> line.contains("<")), run::out);
    int words = lines.stream().mapToInt(line -> line.split(" ", -1).length).sum();
    assertTrue(words >= 60 && words - lines.getLast().split(" ", -1).length < 60, run::out);
    assertEquals(run.out(), CommandLineRun.of(with(model, "--prompt", "A dog runs")).out());
    assertNotEquals(
        CommandLineRun.of(model).out(), CommandLineRun.of(with(model, "--seed", "2")).out());
    var likeliest = CommandLineRun.of(with(model, "--temperature", "0")).out();
    assertEquals(1, likeliest.lines().distinct().count(), likeliest);
    assertEquals(likeliest, CommandLineRun.of(with(model, "--temperature", "1e-9")).out());
  }

  private static String[] with(String[] first, String... second) {
    var all = new ArrayList<>(List.of(first));
    all.addAll(List.of(second));
    return all.toArray(String[]::new);
  }

  private void assertFails(String message, String line) {
    var run = run(line);
    assertTrue(run.status() != 0, run::out);
    assertTrue(run.err().contains(message), run::err);
  }
}
