package dev.recurrent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GradientsCommandTest {
  @TempDir private Path folder;

  private CommandLineRun run(String options) {
    return CommandLineRun.ofLine(
        ("gradients --threads 1 --hidden 8 " + options).strip() + " --out " + folder);
  }

  private List<String> lines(String options) {
    var run = run(options);
    assertEquals(0, run.status(), run::err);
    return run.out().lines().toList();
  }

  private static String only(List<String> lines, String part) {
    var found = lines.stream().filter(line -> line.contains(part)).toList();
    assertEquals(1, found.size(), () -> part + " in " + lines);
    return found.getFirst();
  }

  @Test
  void linearNetworkHasTheGradientsOfItsPowers() throws IOException {
    var lines = lines("--steps 21 --cells elman-linear --scale 0.5,1,2");
    // 0.5^6 > 1 % > 0.5^7; 2^20 is a million; W is a multiple of an orthogonal matrix.
    assertEquals(
        "elman-linear x0.5           1.0    0.00098    9.5e-07  7 of 21 steps: vanishes",
        lines.get(1));
    assertEquals(
        "elman-linear x1.0           1.0        1.0        1.0  21 of 21 steps: holds",
        lines.get(2));
    assertEquals(
        "elman-linear x2.0           1.0    1.0e+03    1.0e+06  21 of 21 steps: explodes",
        lines.get(3));
    assertTrue(
        lines.get(6).matches("W x0\\.5 +0\\.50 +0\\.00098 +0\\.\\d+ to 0\\.\\d+"), lines.get(6));
    assertTrue(lines.get(8).endsWith("  1.9999 to 2.0000"), lines.get(8));
    var table = Files.readAllLines(folder.resolve("gradients.csv"));
    assertEquals("layer,steps_back,norm", table.getFirst());
    assertEquals(1 + 3 * 21, table.size());
    var cells = table.get(1 + 10).split(",", -1);
    assertEquals("elman-linear x0.5", cells[0]);
    assertEquals("10", cells[1]);
    assertEquals(Math.pow(2, -10), Double.parseDouble(cells[2]), 1e-8);
  }

  @Test
  void reluNetworkVanishesOrExplodesByItsScaleAndTanhHoldsNothing() {
    // About half of the units pass a gradient on, so the border is at a factor of sqrt(2).
    var lines = lines("--steps 41 --cells elman-relu,elman --scale 0.5,3");
    assertTrue(lines.get(1).startsWith("elman-relu x0.5") && lines.get(1).endsWith("vanishes"));
    assertTrue(lines.get(2).startsWith("elman-relu x3.0") && lines.get(2).endsWith("explodes"));
    assertTrue(lines.get(3).startsWith("elman x0.5") && lines.get(3).endsWith("vanishes"));
  }

  @Test
  void lstmHoldsLongerThanElman() {
    var lines = lines("--steps 60 --cells elman,lstm");
    assertTrue(memory(lines.get(2)) > memory(lines.get(1)), lines::toString);
  }

  @Test
  void gatedCellsWithMemoryHoldLongerThanWithout() {
    var lines = lines("--steps 60 --cells elman,gru,lstm --memory 60");
    assertEquals(List.of("elman", "gru", "gru memory 60", "lstm", "lstm memory 60"), names(lines));
    assertTrue(memory(lines.get(3)) > 2 * memory(lines.get(2)), lines::toString);
    assertTrue(memory(lines.get(5)) > 2 * memory(lines.get(4)), lines::toString);
  }

  private static List<String> names(List<String> lines) {
    return lines.subList(1, 6).stream().map(line -> line.substring(0, 20).strip()).toList();
  }

  private static int memory(String line) {
    return Integer.parseInt(line.replaceFirst(".* (\\d+) of \\d+ steps: .*", "$1"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 11})
  void everyCellOfTheCatalogueIsShownInAPicture(int steps) throws IOException {
    var names = String.join(",", Cells.all().stream().map(cell -> cell.name()).toList());
    var lines = lines("--seed 3 --steps " + steps + " --cells LSTM," + names);
    for (var cell : Cells.all()) {
      only(lines.subList(1, 1 + Cells.all().size()), cell.name() + " ");
    }
    assertEquals(steps == 11, lines.getFirst().contains("10 back"));
    assertFalse(lines.getFirst().contains("50 back"));
    assertEquals("folder   " + folder + " (gradients.png, gradients.csv)", lines.getLast());
    var png = Files.readAllBytes(folder.resolve("gradients.png"));
    assertEquals("PNG", new String(png, 1, 3, UTF_8));
  }

  @Test
  void gradientsBeyondAllNumbersAreShownAsThat() throws IOException {
    var lines = lines("--steps 30 --cells elman-linear --scale 1000");
    assertTrue(lines.get(1).endsWith("30 of 30 steps: explodes"), lines.get(1));
    assertTrue(Files.readString(folder.resolve("gradients.csv")).contains(",Infinity\n"));
    assertTrue(Files.exists(folder.resolve("gradients.png")));
  }

  @Test
  void optionsThatNoneOfTheCellsCanHaveAreRefusedBeforeAnyWork() {
    assertRefused(
        "--cells lstm,gru --scale 2",
        "--scale: expected one of Elman's networks among --cells, got lstm,gru");
    assertRefused(
        "--cells elman,indrnn --memory 50",
        "--memory: expected a gated cell among --cells, got elman,indrnn");
  }

  private void assertRefused(String options, String error) {
    var run = run(options);
    assertEquals(2, run.status());
    assertEquals("rnn: " + error + " (see ./rnn gradients --help)", run.err().strip());
    assertFalse(Files.exists(folder.resolve("gradients.csv")));
  }
}
