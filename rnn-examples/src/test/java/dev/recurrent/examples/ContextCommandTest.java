package dev.recurrent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContextCommandTest {
  private static final double CHANCE = 1.0 / 8;

  @TempDir private Path folder;

  private CommandLineRun run(String options) {
    return CommandLineRun.ofLine("context --threads 1 " + options + " --out " + folder);
  }

  private List<String> lines(String options) {
    var run = run(options);
    assertEquals(0, run.status(), run::err);
    return run.out().lines().toList();
  }

  /** Returns the accuracies of the table, near and far, by cell and words between. */
  private Map<String, double[]> table() throws IOException {
    var lines = Files.readAllLines(folder.resolve("context.csv"));
    assertEquals("cell,words_between,near_accuracy,far_accuracy", lines.getFirst());
    var table = new HashMap<String, double[]>();
    for (var line : lines.subList(1, lines.size())) {
      var cells = line.split(",", -1);
      table.put(
          cells[0] + " " + cells[1],
          new double[] {Double.parseDouble(cells[2]), Double.parseDouble(cells[3])});
    }
    return table;
  }

  @Test
  void elmanLearnsBothWordsWhereBothContextsAreNear() throws IOException {
    lines("--cells elman --gaps 2 --updates 100 --hidden 32");
    var right = Objects.requireNonNull(table().get("elman 2"));
    assertTrue(right[0] > 0.95 && right[1] > 0.95, () -> right[0] + " and " + right[1]);
  }

  @Test
  void allLearnTheNearWordAndOfFarContextElmanOnlyGuesses() throws IOException {
    lines("--cells elman,gru --memory 20 --gaps 20 --updates 300 --hidden 32");
    var table = table();
    assertEquals(Set.of("elman 20", "gru 20", "gru memory 20 20"), table.keySet());
    table.forEach((model, right) -> assertTrue(right[0] > 0.95, () -> model + " near " + right[0]));
    double elman = Objects.requireNonNull(table.get("elman 20"))[1];
    assertTrue(elman < 2 * CHANCE, "elman " + elman);
    double remembering = Objects.requireNonNull(table.get("gru memory 20 20"))[1];
    assertTrue(remembering > 4 * CHANCE, "gru memory 20 " + remembering);
  }

  @Test
  void tableAndFilesShowEachModelAtEachGapOnce() throws IOException {
    var options = "--cells LSTM,elman,lstm --gaps 3,2,3 --memory 9 --updates 1 --hidden 3";
    var lines = lines(options);
    assertTrue(lines.get(0).matches("right, % +2 words +3 words"), lines.get(0));
    assertTrue(lines.get(1).matches("lstm +near( +\\d+\\.\\d){2}"), lines.get(1));
    assertTrue(lines.get(2).matches(" +far( +\\d+\\.\\d){2}"), lines.get(2));
    assertTrue(lines.get(3).matches("lstm memory 9 +near( +\\d+\\.\\d){2}"), lines.get(3));
    assertTrue(lines.get(5).matches("elman +near( +\\d+\\.\\d){2}"), lines.get(5));
    assertEquals("chance                          12.5       12.5", lines.get(7));
    assertEquals("folder   " + folder + " (context.png, context.csv)", lines.getLast());
    assertEquals(10, lines.size());
    var csv = Files.readString(folder.resolve("context.csv"));
    assertEquals(1 + 6, csv.lines().count());
    var png = Files.readAllBytes(folder.resolve("context.png"));
    assertEquals("PNG", new String(png, 1, 3, UTF_8));

    assertEquals(lines, lines(options));
    assertEquals(csv, Files.readString(folder.resolve("context.csv")));
  }

  @Test
  void badOptionsAreRefusedBeforeAnyWork() {
    assertRefused(
        "--cells elman,indrnn --memory 50",
        "--memory: expected a gated cell among --cells, got elman,indrnn");
    assertRefused(
        "--gaps 2,1",
        "Invalid value for option '--gaps' (N): expected a whole number from 2 to 1000, got 1");
    assertRefused(
        "--gaps 1001",
        "Invalid value for option '--gaps' (N): expected a whole number from 2 to 1000, got 1001");
  }

  private void assertRefused(String options, String error) {
    var run = run(options);
    assertEquals(2, run.status());
    assertEquals("rnn: " + error + " (see ./rnn context --help)", run.err().strip());
    assertFalse(Files.exists(folder.resolve("context.csv")));
    assertFalse(run.out().contains("words"));
  }
}
