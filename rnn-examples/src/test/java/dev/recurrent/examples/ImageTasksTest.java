package dev.recurrent.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.data.Idx;
import dev.recurrent.data.LabelledImages;
import dev.recurrent.examples.made.MadeImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the tasks with images on a user's own files. */
class ImageTasksTest {
  private static final String SMALL = " --epochs 1 --hidden 8 --batch 16";

  @TempDir Path folder;

  @BeforeEach
  void writeData() throws IOException {
    IdxFiles.writePart(folder, "train", MadeImages.of(80, 1));
    IdxFiles.writePart(folder, "t10k", MadeImages.of(20, 2));
    IdxFiles.writeImages(folder.resolve("new"), MadeImages.of(3, 3));
  }

  private CommandLineRun run(String line) {
    return CommandLineRun.ofLine(line.replace("DIR", folder.toString()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "digits",
        "digits --order pixels",
        "caption --names bar,pole,cross,ring",
        "caption --names bar,pole,cross,ring --feed input --beam 1",
        "caption --names bar,pole,cross,ring --cell lstm --layers 2"
      })
  void filesOfUsualNamesTrainScoreAndPredict(String task) {
    var train = run("train " + task + " --data DIR --out DIR/run" + SMALL);
    assertEquals(0, train.status(), train::err);
    assertTrue(train.out().contains("72 examples train, 8 validate, 20 test"), train::out);
    var eval = run("eval --model DIR/run --data DIR/t10k-images-idx3-ubyte");
    assertEquals(0, eval.status(), eval::err);
    assertEquals(scores(train.out()), scores(eval.out()));
    var predict = run("predict --model DIR/run --input DIR/new");
    assertEquals(0, predict.status(), predict::err);
    var lines = predict.out().lines().toList();
    assertEquals(4, lines.size(), predict::out);
    assertTrue(lines.get(1).startsWith(folder + "/new#0,"), predict::out);
  }

  /** Returns what is said of each score, less that of the baseline. */
  private static java.util.List<String> scores(String out) {
    return out.lines()
        .filter(line -> line.contains("of resamples"))
        .map(line -> line.replaceAll(";.*", ""))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"digits", "caption --names a,b,c,d"})
  void whatIsMissingOrMalformedIsNamed(String task) throws IOException {
    Files.delete(folder.resolve("t10k-labels-idx1-ubyte"));
    assertFails(
        "t10k-images-idx3-ubyte: expected its labels beside it, in t10k-labels-idx1-ubyte or"
            + " t10k-labels-idx1-ubyte.gz, got none",
        "train " + task + " --data DIR --out DIR/run" + SMALL);
    assertFails(
        "train-labels-idx1-ubyte: expected images [N, rows, columns], got [80]",
        "train " + task + " --data DIR/train-labels-idx1-ubyte --out DIR/run" + SMALL);
    Files.delete(folder.resolve("t10k-images-idx3-ubyte"));
    assertFails(
        ": expected t10k-images-idx3-ubyte or the same with .gz, got 0",
        "train " + task + " --data DIR --out DIR/run" + SMALL);
  }

  @Test
  void imagesOfOtherWidthsThanInTrainingAreRefused() throws IOException {
    var train = run("train digits --data DIR --out DIR/run" + SMALL);
    assertEquals(0, train.status(), train::err);
    var wide = LabelledImages.of("wide", new Idx(new int[] {1, 12, 13}, new byte[12 * 13]));
    IdxFiles.writeImages(folder.resolve("wide"), wide.all());
    assertFails(
        "/wide: expected images of 12 columns, as in training, got 13",
        "predict --model DIR/run --input DIR/wide");
    var high = LabelledImages.of("high", new Idx(new int[] {2, 20, 12}, new byte[2 * 20 * 12]));
    IdxFiles.writeImages(folder.resolve("high"), high.all());
    assertEquals(0, run("predict --model DIR/run --input DIR/high").status());
    assertFails(
        "/run: expected a model that writes texts, got one of the task digits",
        "sample --model DIR/run");
  }

  @Test
  void aClassWithoutANameIsRefused() {
    assertFails("--names: expected a text for each class, got none", "train caption --data DIR");
    assertFails(
        "train-images-idx3-ubyte: expected classes below the 2 of --names, got ",
        "train caption --data DIR --names bar,pole");
  }

  private void assertFails(String message, String line) {
    var run = run(line);
    assertTrue(run.status() != 0, run::out);
    assertTrue(run.err().contains(message), run::err);
  }
}
