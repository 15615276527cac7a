package dev.recurrent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.data.SentencePair;
import dev.recurrent.examples.made.MadeChorales;
import dev.recurrent.examples.made.MadeImages;
import dev.recurrent.examples.made.MadeSeries;
import dev.recurrent.examples.made.MadeTranslations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Predicts from standard input, of which each line is answered before the next one is read. */
final class StreamingTest {
  @TempDir private Path folder;

  private void train(String options) {
    var run =
        CommandLineRun.ofLine("train " + options.replace("DIR", folder + "") + " --out " + model());
    assertTrue(Files.exists(Path.of(model()).resolve("scores.json")), run.toString());
  }

  private String model() {
    return folder.resolve("run").toString();
  }

  private List<String> predictedOfFile(String name, List<String> lines) throws IOException {
    var file = Files.write(folder.resolve(name), lines).toString();
    var run = CommandLineRun.of("predict", "--skip-bad", "--model", model(), "--input", file);
    assertEquals(0, run.status(), run.toString());
    return run.out().lines().toList();
  }

  private CommandLineRun answered(List<String> lines, String... more) {
    var args = new ArrayList<>(List.of("predict", "--model", model()));
    args.addAll(List.of(more));
    return StandardInputRun.of(
        String.join("\n", lines).getBytes(UTF_8), args.toArray(String[]::new));
  }

  private static List<String> days(int from, int to) {
    var series = MadeSeries.of(150, 1);
    var lines = new ArrayList<>(List.of("day,t,wind"));
    for (int t = from; t < to; t++) {
      var day = LocalDate.of(2000, 1, 1).plusDays(t);
      lines.add("%s,%s,%d".formatted(day, series.value(t, 0), t % 3));
    }
    return lines;
  }

  @ParameterizedTest
  @ValueSource(strings = {"gru --season 7 --column wind", "tdnn --horizon 2", "none"})
  void forecastOfEachRowIsThereBeforeTheNextRowAndAsOfTheWholeFile(String options)
      throws IOException, InterruptedException {
    Files.write(folder.resolve("data.csv"), days(0, 100));
    train(
        "forecast --data DIR/data.csv --epochs 1 --hidden 5 --window 4 --batch 16 --column t"
            + " --cell "
            + options);
    var rows = days(100, 112);
    rows.set(6, rows.get(6).replaceFirst(",[^,]*", ",")); // a value that is missing
    var expected = predictedOfFile("new.csv", rows);
    assertEquals(rows.size(), expected.size());
    try (var run = new StandardInputRun("predict", "--skip-bad", "--model", model())) {
      run.write(rows.getFirst());
      for (int i = 1; i < rows.size(); i++) {
        run.write(rows.get(i));
        if (i == 1) {
          assertEquals(expected.getFirst(), run.answer());
        }
        assertEquals(expected.get(i), run.answer());
      }
    }
  }

  @Test
  void malformedRowIsNamedOrPassedOverAtOnce() throws IOException {
    Files.write(folder.resolve("data.csv"), days(0, 100));
    train("forecast --data DIR/data.csv --epochs 1 --hidden 3 --window 4 --column t");
    var rows = List.of("day,t", "2001-01-01,1", "2001-01-02", "2001-01-03,3");
    var failed = answered(rows, "--input", "-");
    assertEquals(1, failed.status(), failed.toString());
    assertEquals(2, failed.out().lines().count(), failed.out());
    var message = "standard input:3:1: expected 2 fields, got 1";
    assertTrue(failed.err().contains(message), failed.err());
    var skipping = answered(rows, "--skip-bad");
    assertEquals(0, skipping.status(), skipping.toString());
    assertEquals(3, skipping.out().lines().count(), skipping.out());
    assertTrue(skipping.err().contains(message), skipping.err());
    assertTrue(skipping.err().contains("1 bad rows skipped"), skipping.err());
    var other = answered(List.of("day,u", "2001-01-01,1"));
    assertTrue(other.err().contains("expected one of the columns \"day\", \"u\""), other.err());
  }

  @Test
  void notesAfterEachStepAreThoseOfThePieceSoFar() throws IOException {
    var json = JsonMapper.shared();
    Files.write(folder.resolve("pieces.json"), json.writeValueAsBytes(MadeChorales.of(20, 1)));
    train(
        "music --data DIR/pieces.json --epochs 1 --hidden 5 --layers 2 --batch 4 --continue 0"
            + " --lr 0.05");
    var piece = MadeChorales.of(1, 7).getFirst();
    var prefixes = new ArrayList<int[][]>();
    var lines = new ArrayList<String>();
    for (int t = 0; t < piece.length; t++) {
      prefixes.add(Arrays.copyOf(piece, t + 1));
      lines.add(json.writeValueAsString(piece[t]));
    }
    lines.add("");
    lines.add(lines.getFirst());
    var whole = predictedOfFile("prefixes.json", List.of(json.writeValueAsString(prefixes)));
    var expected = new ArrayList<>(List.of("piece,step,next"));
    for (int t = 0; t < piece.length; t++) {
      expected.add("1," + (t + 1) + "," + whole.get(1 + t).split(",", -1)[3]);
    }
    expected.add("2," + expected.get(1).substring("1,".length()));
    var run = answered(lines);
    assertEquals(expected, run.out().lines().toList(), run.err());
    var bad = answered(List.of("[60]", "[7]"));
    assertTrue(bad.err().contains("standard input:2:2: expected a MIDI pitch"), bad.err());
  }

  @Test
  void eachSentenceIsTranslatedBeforeTheNextOneAndBadBytesAreNamed()
      throws IOException, InterruptedException {
    var made = MadeTranslations.of(60, 1);
    Files.write(
        folder.resolve("pairs.txt"),
        made.stream().map(pair -> pair.source() + "\t" + pair.target()).toList());
    train("translate --data DIR/pairs.txt --hidden 6 --embed 3 --epochs 1 --min-count 1");
    var sentences = made.stream().map(SentencePair::source).limit(3).toList();
    var expected = predictedOfFile("new.txt", sentences);
    try (var run = new StandardInputRun("predict", "--model", model())) {
      for (int i = 0; i < sentences.size(); i++) {
        run.write(sentences.get(i));
        if (i == 0) {
          assertEquals(expected.getFirst(), run.answer());
        }
        assertEquals(expected.get(1 + i), run.answer());
      }
    }
    byte[] bytes = {'G', '\n', (byte) 0xff, '\n', 'G', '\n'};
    var failed = StandardInputRun.of(bytes, "predict", "--model", model());
    assertEquals(1, failed.status(), failed.toString());
    assertEquals(2, failed.out().lines().count(), failed.out());
    var message = "standard input:2:1: expected UTF-8, got the byte 0xFF";
    assertTrue(failed.err().contains(message), failed.err());
    var skipping = StandardInputRun.of(bytes, "predict", "--skip-bad", "--model", model());
    assertEquals(3, skipping.out().lines().count(), skipping.out());
    assertTrue(skipping.err().contains(message), skipping.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"classify", "sentiment", "tags"})
  void eachTextIsAnExampleOfItsOwn(String task) throws IOException {
    train(task + " --quick --epochs 1 --hidden 3 --embed 3 --lr 0.01");
    var texts = List.of("tweewit", "this film is good", "", "a \"b\", c");
    var run = answered(texts);
    assertEquals(0, run.status(), run.toString());
    assertEquals(predictedOfFile("new.txt", texts), run.out().lines().toList());
  }

  @Test
  void sentenceWithItsKeyIsScoredAsOfAFileAndABadOneIsNamed() throws IOException {
    train("sentences --quick --epochs 1 --hidden 3 --embed 3 --lr 0.01");
    var sentences = List.of("a dog runs .", "key#0\ttwo dogs", "key#1\t", "", "a bird waits");
    var run = answered(sentences, "--skip-bad");
    assertEquals(0, run.status(), run.toString());
    var message = "standard input:3:7: expected a text behind the tab";
    assertTrue(run.err().contains(message), run.err());
    assertEquals(predictedOfFile("new.txt", sentences), run.out().lines().toList());
    var failed = answered(sentences);
    assertEquals(1, failed.status(), failed.toString());
    assertTrue(failed.err().contains(message), failed.err());
  }

  @Test
  void taskWithoutLinesAsksForAFile() throws IOException {
    IdxFiles.writePart(folder, "train", MadeImages.of(80, 1));
    IdxFiles.writePart(folder, "t10k", MadeImages.of(20, 2));
    train("digits --epochs 1 --hidden 3 --data DIR");
    var run = answered(List.of("1"));
    assertEquals(1, run.status());
    assertTrue(run.err().contains("--input: expected a file"), run.err());
  }
}
