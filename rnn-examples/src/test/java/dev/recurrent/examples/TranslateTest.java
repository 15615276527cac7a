package dev.recurrent.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.data.SentencePair;
import dev.recurrent.examples.made.MadeTranslations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TranslateTest {
  private static final String SMALL = " --embed 3 --batch 16 --epochs 1 --min-count 1";

  @TempDir private Path folder;

  private Path pairs(int sources) throws IOException {
    var lines = new ArrayList<String>();
    for (int i = 0; i < sources; i++) {
      lines.add("Go " + i + ".\tVa" + "\u202f" + i + "\u00a0!");
      lines.add("Go " + i + ".\tPars d'ici " + i + ".\tby somebody");
    }
    return Files.write(folder.resolve("pairs.txt"), lines);
  }

  private CommandLineRun train(String name, String options) {
    return CommandLineRun.ofLine(
        "train translate --out "
            + folder.resolve(name)
            + SMALL
            + options
            + (options.contains("--hidden") ? "" : " --hidden 6"));
  }

  private CommandLineRun predict(String name, Path input, String... more) {
    var arguments =
        new ArrayList<>(
            List.of("predict", "--model", "" + folder.resolve(name), "--input", "" + input));
    arguments.addAll(List.of(more));
    return CommandLineRun.of(arguments.toArray(String[]::new));
  }

  @Test
  void sentenceIsInOnePartWithAllItsTranslations() throws IOException {
    var run = train("run", " --shares 0.5,0.2,0.3 --data " + pairs(30));
    assertEquals(0, run.status(), run.toString());
    assertTrue(run.out().contains("30 examples train, 12 validate, 9 test"), run.out());
    assertTrue(run.out().contains("signature nrefs:var|case:mixed"), run.out());
    var eval =
        CommandLineRun.ofLine(
            "eval --model " + folder.resolve("run") + " --data " + folder.resolve("pairs.txt"));
    assertEquals(0, eval.status(), eval.toString());
    assertTrue(eval.out().contains("30 examples"), eval.out());
  }

  @Test
  void longSentencesAreLeftOutOfTrainingAloneAndCounted() throws IOException {
    var run = train("run", " --shares 0.5,0.2,0.3 --max-length 4 --data " + pairs(30));
    assertEquals(0, run.status(), run.toString());
    assertTrue(run.out().contains("15 examples train, 12 validate, 9 test"), run.out());
    assertTrue(run.out().contains("15 pairs of more than 4 words left out"), run.out());
  }

  @Test
  void linesWithoutTranslationsAreTranslated() throws IOException {
    assertEquals(0, train("run", " --data " + pairs(30)).status());
    var input = Files.writeString(folder.resolve("input.txt"), "Go 7.\n\nStop, \"now\"!\n");
    var beam = predict("run", input);
    assertEquals(0, beam.status(), beam.toString());
    var lines = beam.out().lines().toList();
    assertEquals("source,translation,log_probability", lines.getFirst());
    assertEquals(4, lines.size(), beam.out());
    assertTrue(lines.get(1).startsWith("Go 7.,"), beam.out());
    var greedy = predict("run", input, "--set", "beam=1", "--format", "jsonl");
    assertEquals(0, greedy.status(), greedy.toString());
    assertTrue(greedy.out().contains("{\"source\":\"Stop, \\\"now\\\"!\""), greedy.out());
    var wrong = predict("run", input, "--set", "beams=1");
    assertEquals(2, wrong.status(), wrong.toString());
    assertTrue(wrong.err().contains("--beams"), wrong.err());
  }

  @Test
  void malformedLineIsNamed() throws IOException {
    var bad = Files.writeString(folder.resolve("bad.txt"), "Go.\tVa !\nHi.\t \n");
    var run = train("run", " --data " + bad);
    assertEquals(1, run.status());
    assertTrue(run.err().contains("bad.txt:2:5: expected a sentence, got nothing"), run.err());
    assertFalse(Files.exists(folder.resolve("run")));
    var alone = Files.writeString(folder.resolve("alone.txt"), "Go.\nHi.\n");
    var none = train("run", " --data " + alone);
    assertEquals(1, none.status());
    assertTrue(none.err().contains("alone.txt:1:1: expected a sentence, a tab and"), none.err());
  }

  @Test
  void twoParallelFilesAreOneDataSet() throws IOException {
    var made = MadeTranslations.of(60, 1);
    var sources = folder.resolve("a.txt");
    var targets = folder.resolve("b.txt");
    Files.write(sources, made.stream().map(SentencePair::source).toList());
    Files.write(targets, made.stream().map(SentencePair::target).toList());
    var run = train("run", " --data " + sources + " --target-data " + targets);
    assertEquals(0, run.status(), run.toString());
    assertEquals(0, predict("run", sources).status());
    Files.writeString(targets, "Lomu.\n".repeat(60));
    var changed =
        CommandLineRun.ofLine("train translate --epochs 2 --resume " + folder.resolve("run"));
    assertEquals(1, changed.status(), changed.toString());
    assertTrue(changed.err().contains("files that have changed"), changed.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--attention none",
        "--attention dot --hidden 7",
        "--attention additive --input-feeding",
        "--layers 2 --cell lstm --teacher-forcing 0.5 --beam 1"
      })
  void everyWiringTrainsAndTranslates(String options) throws IOException {
    var run = train("run", " " + options + " --data " + pairs(30));
    assertEquals(0, run.status(), run.toString());
    assertTrue(Files.size(folder.resolve("run/by-length.png")) > 0);
    var input = Files.writeString(folder.resolve("input.txt"), "Go 7.\n");
    var predicted = predict("run", input);
    assertEquals(0, predicted.status(), predicted.toString());
  }

  @Test
  void attentionOfLongTestSentencesIsDrawn() throws IOException {
    var lines =
        MadeTranslations.of(80, 1).stream().map(p -> p.source() + "\t" + p.target()).toList();
    var data = Files.write(folder.resolve("pairs.txt"), lines);
    var run = train("run", " --data " + data);
    assertEquals(0, run.status(), run.toString());
    assertTrue(Files.size(folder.resolve("run/attention-1.png")) > 0);
    var other =
        train("none", " --attention none --beside " + folder.resolve("run") + " --data " + data);
    assertEquals(0, other.status(), other.toString());
    assertFalse(Files.exists(folder.resolve("none/attention-1.png")));
  }

  private CommandLineRun resume(String more) {
    return CommandLineRun.ofLine("train translate --resume " + folder.resolve("run") + more);
  }

  /** Makes the folder of a finished run with as much as is drawn of it. */
  private Path finished(String name) throws IOException {
    var other = Files.createDirectories(folder.resolve(name));
    Files.writeString(
        other.resolve("by-length.csv"), "length,examples,score,low,high\n1-8,9,12.5,10,15\n");
    return other;
  }

  @Test
  void runIsNotOfTheDataOfTheRunBesideIt() throws IOException {
    var other = finished("other");
    assertEquals(0, train("run", " --beside " + other + " --data " + pairs(30)).status());
    var both = Files.readAllBytes(folder.resolve("run/by-length.png"));
    var arguments = Files.readString(folder.resolve("run/run.json"));
    assertTrue(arguments.contains("--beside=" + other.toAbsolutePath()), arguments);

    Files.writeString(other.resolve("more.txt"), "it has gone on");
    var changed = resume(" --epochs 2");
    assertEquals(0, changed.status(), changed.toString());
    assertFalse(changed.out().contains("this run alone"), changed.out());

    Files.delete(other.resolve("by-length.csv"));
    Files.delete(other.resolve("more.txt"));
    Files.delete(other);
    var gone = resume(" --epochs 3");
    assertEquals(0, gone.status(), gone.toString());
    assertTrue(
        gone.out().contains("other/by-length.csv: expected a table, got none; by-length.png shows"),
        gone.out());
    assertFalse(Arrays.equals(both, Files.readAllBytes(folder.resolve("run/by-length.png"))));
  }

  @Test
  void runThatGoesOnMayBeDrawnBesideAnotherOne() throws IOException {
    assertEquals(0, train("run", " --beside " + finished("one") + " --data " + pairs(30)).status());
    var two = finished("two");
    var rest = resume(" --epochs 2 --beside " + two);
    assertEquals(0, rest.status(), rest.toString());
    var arguments = Files.readString(folder.resolve("run/run.json"));
    assertTrue(arguments.contains("--beside=" + two.toAbsolutePath()), arguments);
    assertFalse(arguments.contains("/one"), arguments);
    var none = resume(" --epochs 3 --beside " + folder.resolve("three"));
    assertEquals(1, none.status(), none.toString());
    assertTrue(none.err().contains("three/by-length.csv: expected a table, got none"), none.err());
  }

  @Test
  void runWithNothingBesideItIsRefusedBeforeAnyWork() throws IOException {
    var data = pairs(30);
    var none = train("run", " --beside " + folder.resolve("none") + " --data " + data);
    assertEquals(1, none.status(), none.toString());
    assertTrue(none.err().contains("none/by-length.csv: expected a table, got none"), none.err());
    var other = Files.writeString(finished("other").resolve("by-length.csv"), "a,b\n").getParent();
    var wrong = train("run", " --beside " + other + " --data " + data);
    assertEquals(1, wrong.status(), wrong.toString());
    assertTrue(wrong.err().contains("expected a table with the heading"), wrong.err());
    assertFalse(Files.exists(folder.resolve("run")));
  }

  @Test
  void contradictionsAreRefusedBeforeAnyWork() throws IOException {
    var data = pairs(5);
    var feeding = train("run", " --attention none --input-feeding --data " + data);
    assertEquals(2, feeding.status());
    assertTrue(feeding.err().contains("--input-feeding: expected an --attention"), feeding.err());
    var shares = train("run", " --shares 0.5,0.5 --data " + data);
    assertEquals(2, shares.status());
    assertTrue(shares.err().contains("--shares: expected three"), shares.err());
    assertFalse(Files.exists(folder.resolve("run")));
  }
}
