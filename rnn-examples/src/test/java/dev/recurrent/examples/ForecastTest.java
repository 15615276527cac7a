package dev.recurrent.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.examples.made.MadeSeries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the forecast of series on a user's own files. */
final class ForecastTest {
  private static final String SMALL = " --epochs 2 --hidden 5 --window 4 --batch 16 --column t";

  @TempDir private Path folder;

  @BeforeEach
  void writeData() throws IOException {
    write("data.csv", 0, 100);
  }

  private void write(String name, int from, int to) throws IOException {
    var series = MadeSeries.of(150, 1);
    var lines = new ArrayList<>(List.of("day,t,wind"));
    for (int t = from; t < to; t++) {
      lines.add("day %d,%s,%d".formatted(t, series.value(t, 0), t % 3));
    }
    Files.write(folder.resolve(name), lines);
  }

  private CommandLineRun run(String line) {
    return CommandLineRun.ofLine(line.replace("DIR", folder.toString()));
  }

  private CommandLineRun succeed(String line) {
    var run = run(line);
    assertEquals(0, run.status(), run::toString);
    return run;
  }

  private void assertFails(String message, String line) {
    var run = run(line);
    assertTrue(run.status() != 0, run::out);
    assertTrue(run.err().contains(message), run::err);
  }

  @Test
  void forecastsEachStepAndThoseAfterTheEnd() throws IOException {
    succeed("train forecast --data DIR/data.csv --out DIR/run --horizon 2" + SMALL);
    write("new.csv", 100, 105);
    var lines = succeed("predict --model DIR/run --input DIR/new.csv").out().lines().toList();
    assertEquals(6, lines.size(), lines::toString);
    assertEquals("after,value,forecast 1,forecast 2", lines.getFirst());
    assertTrue(lines.getLast().matches("day 104,-?[\\d.]+,-?[\\d.]+,-?[\\d.]+"), lines::getLast);
    var eval = succeed("eval --model DIR/run --data DIR/data.csv");
    assertTrue(eval.out().contains("skill against persistence"), eval::out);
    assertTrue(Files.size(folder.resolve("run/forecast.png")) > 0);
  }

  @Test
  void timesAreNamedByTheColumnThatIsAskedFor() throws IOException {
    var lines = new ArrayList<>(List.of("noted,valid,t"));
    for (int t = 0; t < 60; t++) {
      lines.add("2024-05-01,2023-%02d-%02d,%d".formatted(1 + t / 28, 1 + t % 28, t % 5));
    }
    Files.write(folder.resolve("dated.csv"), lines);
    var dated = " --data DIR/dated.csv --out DIR/run --date-column valid" + SMALL;
    succeed("train forecast" + dated);
    var forecasts = succeed("predict --model DIR/run --input DIR/dated.csv").out().lines().toList();
    assertTrue(forecasts.getLast().startsWith("2023-03-04,"), forecasts::getLast);
  }

  @Test
  void forecastDependsOnTheWindowAndNothingElse() throws IOException {
    succeed("train forecast --data DIR/data.csv --out DIR/run" + SMALL);
    write("from100.csv", 100, 110);
    write("from104.csv", 104, 110);
    write("from108.csv", 108, 110);
    var whole = lastForecast("from100.csv");
    assertEquals(whole, lastForecast("from104.csv"));
    assertNotEquals(whole, lastForecast("from108.csv"));
  }

  private String lastForecast(String name) {
    var run = succeed("predict --model DIR/run --input DIR/" + name);
    return run.out().lines().toList().getLast();
  }

  @Test
  void modelKnowsNothingOfValidationAndTest() throws IOException {
    succeed("train forecast --data DIR/data.csv --out DIR/one --patience 9" + SMALL);
    var lines = Files.readAllLines(folder.resolve("data.csv"));
    for (int i = 81; i < lines.size(); i++) {
      lines.set(i, lines.get(i).replaceFirst(",", ",1"));
    }
    Files.write(folder.resolve("data.csv"), lines);
    succeed("train forecast --data DIR/data.csv --out DIR/two --patience 9" + SMALL);
    assertEquals(
        Files.readString(folder.resolve("one/losses.csv")),
        Files.readString(folder.resolve("two/losses.csv")));
    assertNotEquals(
        Files.readString(folder.resolve("one/scores.json")),
        Files.readString(folder.resolve("two/scores.json")));
  }

  @Test
  void filesGoOnWhereTheOneBeforeEnds() throws IOException {
    write("later.csv", 100, 120);
    write("last.csv", 120, 150);
    var two = succeed("train forecast --data DIR/data.csv --test DIR/last.csv --out DIR/1" + SMALL);
    assertTrue(two.out().contains("86 examples train, 13 validate, 30 test"), two::out);
    var three =
        succeed(
            "train forecast --data DIR/data.csv --validation DIR/later.csv --test DIR/last.csv"
                + " --out DIR/2 --season 7"
                + SMALL);
    assertTrue(three.out().contains("99 examples train, 20 validate, 30 test"), three::out);
    assertTrue(three.out().contains("skill against seasonal-naive"), three::out);
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "tdnn", "ELMAN"})
  void networksWithoutTimeOrMemoryForecastToo(String cell) throws IOException {
    succeed(
        "train forecast --data DIR/data.csv --out DIR/run --column wind --cell " + cell + SMALL);
    write("new.csv", 100, 101);
    var predict = succeed("predict --model DIR/run --input DIR/new.csv");
    assertEquals(2, predict.out().lines().count(), predict::out);
  }

  @Test
  void whatCannotBeReadIsNamed() throws IOException {
    assertFails("--cell: expected one of", "train forecast --data DIR/data.csv --cell nun" + SMALL);
    succeed("train forecast --data DIR/data.csv --out DIR/run" + SMALL);
    Files.writeString(folder.resolve("bad.csv"), "day,t,wind\nMon,1,1\nTue,,1\nWed,3,1\n");
    assertFails(
        "bad.csv:3:5: expected a number in column \"t\", got nothing",
        "predict --model DIR/run --input DIR/bad.csv");
    var skipping = succeed("predict --skip-bad --model DIR/run --input DIR/bad.csv");
    assertTrue(skipping.out().contains("\nTue,1.0,"), skipping::out);
    assertTrue(skipping.err().contains("bad.csv:3:5"), skipping::err);
    Files.writeString(folder.resolve("other.csv"), "day,u\nMon,1\n");
    assertFails(
        "expected one of the columns \"day\", \"u\", got \"t\"",
        "predict --model DIR/run --input DIR/other.csv");
  }

  @Test
  void valuesThatAreMissingDoNotCount() throws IOException {
    var lines = Files.readAllLines(folder.resolve("data.csv"));
    lines.replaceAll(line -> line.startsWith("day 95,") ? "day 95,,0" : line);
    Files.write(folder.resolve("data.csv"), lines);
    assertFails("data.csv:97:8: expected a number", "train forecast --data DIR/data.csv" + SMALL);
    var run = succeed("train forecast --skip-bad --data DIR/data.csv --out DIR/run" + SMALL);
    assertTrue(run.out().contains("1 bad rows skipped"), run::out);
    assertTrue(run.out().contains("10 test; 1 bad rows skipped of 100"), run::out);
  }
}
