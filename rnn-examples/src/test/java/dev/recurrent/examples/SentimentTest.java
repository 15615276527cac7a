package dev.recurrent.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.data.Vocabulary;
import dev.recurrent.examples.made.MadeReviews;
import dev.recurrent.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trains opinions on files of a user's own. */
final class SentimentTest {
  @TempDir private Path folder;
  private Path data;

  @BeforeEach
  void writeReviews() throws IOException {
    var lines = new ArrayList<>(List.of("id,stars,review"));
    for (var review : MadeReviews.of(60, 1)) {
      lines.add(lines.size() + "," + review.label() + ",\"" + review.text() + "\"");
    }
    data = Files.write(folder.resolve("reviews.csv"), lines);
  }

  @Test
  void predictsOfTablesWithoutLabelsAndOfLinesOfText() throws IOException {
    train(data, "--text-column", "review", "--label-column", "stars");
    var table =
        Files.writeString(folder.resolve("new.csv"), "review\n\"so dull, so loud\"\n\"\"\n");
    var lines = predict(table).out().lines().toList();
    assertEquals(3, lines.size(), lines.toString());
    assertEquals("input,class,probability", lines.getFirst());
    assertTrue(lines.get(1).matches("\"so dull, so loud\",(good|bad),[01]\\.\\d{4}"), lines.get(1));
    assertTrue(lines.get(2).matches(",(good|bad),[01]\\.\\d{4}"), lines.get(2));
    assertEquals(4, predict(text("so dull\nso fine\nnot fine\n")).out().lines().count());
  }

  @Test
  void malformedRowIsNamedByFileLineAndColumn() throws IOException {
    train(data, "--text-column", "review", "--label-column", "stars");
    var broken = Files.writeString(folder.resolve("broken.csv"), "stars,review\ngood,fine\nbad\n");
    var run = predict(broken);
    assertEquals(1, run.status());
    assertTrue(run.err().contains("broken.csv:3:1: expected 2 fields"), run.err());
  }

  @Test
  void columnThatIsNotThereIsNamedBesideThoseThatAre() {
    var run = run(data, "--text-column", "reviews", "--label-column", "stars");
    assertEquals(1, run.status());
    assertTrue(run.err().contains("did you mean \"review\"?"), run.err());
    var unlabelled = run(data, "--text-column", "review", "--label-column", "star");
    assertEquals(1, unlabelled.status());
    assertTrue(unlabelled.err().contains("did you mean \"stars\"?"), unlabelled.err());
  }

  @Test
  void foldersOfTextsAreReadAndOnlyTheClassesThatAreAskedFor() throws IOException {
    var root = Files.createDirectories(folder.resolve("train"));
    int number = 0;
    for (var review : MadeReviews.of(60, 2)) {
      var label = number % 3 == 2 ? "unsup" : String.valueOf(review.label());
      var itsFolder = Files.createDirectories(root.resolve(label));
      Files.writeString(itsFolder.resolve(number++ + "_7.txt"), review.text());
    }
    train(root, "--classes", "good,bad");
    var prediction = predict(text("so fine\n"));
    assertTrue(prediction.out().matches("(?s).*so fine,(good|bad),.*"), prediction.out());
  }

  @Test
  void wordsStartWithGivenVectors() throws IOException {
    var columns =
        new String[] {"--text-column", "review", "--label-column", "stars", "--lr", "1e-9"};
    var wrong = with(columns, "--vectors", file("four.txt", "dull 1 2 3 4\n").toString());
    assertEquals(2, run(data, wrong).status());
    var right = with(columns, "--vectors", file("three.txt", "dull 7 -8 9\n").toString());
    train(data, right);
    Files.delete(folder.resolve("three.txt"));
    var weights = SafeTensors.read(folder.resolve("run/best.safetensors"));
    var words = Vocabulary.parse(Objects.requireNonNull(weights.metadata().get("fact.words")));
    var values = weights.floats("embedding.weight");
    int at = 3 * words.index("dull");
    assertArrayEquals(new float[] {7, -8, 9}, Arrays.copyOfRange(values, at, at + 3), 1e-4f);
    assertEquals(2, predict(text("so dull\n")).out().lines().count());
  }

  @Test
  void shortReviewsAreLeftOutOnlyWhereTheyHaveLabels() throws IOException {
    var run = run(data, "--text-column", "review", "--label-column", "stars", "--min-length", "20");
    long kept =
        MadeReviews.of(60, 1).stream().filter(r -> r.text().split(" ", -1).length >= 20).count();
    assertTrue(kept > 0 && kept < 60);
    assertTrue(
        run.out().contains("data     " + Math.round(0.8 * kept) + " examples train"), run.out());
    assertEquals(2, predict(text("so fine\n")).out().lines().count());
  }

  @ParameterizedTest
  @ValueSource(strings = {"first", "last"})
  void ofLongTextsOnlyTheWordsThatAreKeptAreRead(String kept) throws IOException {
    var columns = new String[] {"--text-column", "review", "--label-column", "stars"};
    train(data, with(columns, "--max-length", "2", "--keep", kept));
    var lines = predict(text("so dull\nso dull fine\nso so dull\n")).out().lines().toList();
    var predictions =
        lines.stream().skip(1).map(line -> line.substring(line.indexOf(','))).toList();
    assertEquals(kept.equals("first"), predictions.get(0).equals(predictions.get(1)));
    assertEquals(kept.equals("last"), predictions.get(0).equals(predictions.get(2)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--cell none --pooling max",
        "--cell lstm --bidirectional --pooling last",
        "--cell elman --pooling attention --max-length 5 --keep first"
      })
  void modelsOfEachKindPredictWhatTheyAreSavedAs(String options) throws IOException {
    var more = new ArrayList<>(List.of("--text-column", "review", "--label-column", "stars"));
    more.addAll(List.of(options.split(" ", -1)));
    train(data, more.toArray(String[]::new));
    var eval =
        CommandLineRun.of(
            "eval", "--model", folder.resolve("run").toString(), "--data", data.toString());
    assertEquals(0, eval.status(), eval.toString());
    assertTrue(eval.out().contains("60 examples"), eval.out());
  }

  private Path text(String lines) throws IOException {
    return file("new.txt", lines);
  }

  private Path file(String name, String lines) throws IOException {
    return Files.writeString(folder.resolve(name), lines);
  }

  private static String[] with(String[] arguments, String... more) {
    return Stream.concat(Arrays.stream(arguments), Arrays.stream(more)).toArray(String[]::new);
  }

  private CommandLineRun run(Path from, String... more) {
    var arguments =
        new ArrayList<>(
            List.of(
                "train sentiment --hidden 4 --embed 3 --batch 8 --epochs 1 --min-count 1"
                    .split(" ", -1)));
    arguments.addAll(List.of("--data", from.toString(), "--out", folder.resolve("run").toString()));
    arguments.addAll(List.of(more));
    return CommandLineRun.of(arguments.toArray(String[]::new));
  }

  private void train(Path from, String... more) {
    var run = run(from, more);
    assertEquals(0, run.status(), run.toString());
  }

  private CommandLineRun predict(Path input) {
    return CommandLineRun.of(
        "predict", "--model", folder.resolve("run").toString(), "--input", input.toString());
  }
}
