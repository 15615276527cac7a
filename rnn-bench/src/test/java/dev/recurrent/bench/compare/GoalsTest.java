package dev.recurrent.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.bench.compare.Work.Cell;
import dev.recurrent.bench.compare.Work.Mode;
import dev.recurrent.bench.compare.Work.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoalsTest {
  private static final Shape LARGE = new Shape(256, 256, 64, 100, 1);

  private static Row row(Cell cell, Shape shape, Mode mode, double ours, double torch) {
    return new Row(new Work(cell, shape, mode), Map.of(Row.OURS, ours, Goals.PYTORCH, torch));
  }

  private static Goals.Goal goal(List<Goals.Goal> goals, String start, Mode mode) {
    return goals.stream()
        .filter(g -> g.name().startsWith(start) && g.mode() == mode)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void meansAreGeometricAndRowsAreJudgedByTheWorst() {
    var rows =
        List.of(
            row(Cell.LSTM, LARGE, Mode.FWD, 10, 40),
            row(Cell.LSTM, new Shape(64, 64, 1, 100, 1), Mode.FWD, 10, 10));
    var goals = Goals.of(rows, 0, Map.of());
    var mean = goal(goals, "geometric mean, LSTM", Mode.FWD);
    assertEquals(2, mean.measured().orElseThrow(), 1e-12);
    assertEquals("reached", mean.verdict());
    assertEquals("1x", goal(goals, "every single row", Mode.FWD).value());
    assertEquals("not measured", goal(goals, "geometric mean, GRU", Mode.FWD).verdict());
    assertEquals("not measured", goal(goals, "geometric mean, LSTM", Mode.TRAIN).verdict());
  }

  @Test
  void shareOfTheBestProductCountsThreeProductsATrainingStep() {
    // 2 * 4H * (I + H) * B * T * 3 = 20.1e9
    var goals = Goals.of(List.of(row(Cell.LSTM, LARGE, Mode.TRAIN, 201.3, 100)), 200, Map.of());
    var share = goal(goals, "LSTM, H >= 256", Mode.TRAIN);
    assertEquals(0.5, share.measured().orElseThrow(), 1e-3);
    assertEquals("**not reached**", share.verdict());
  }

  @Test
  void timesAreToBeShort() {
    var goals = Goals.of(List.of(), 0, Map.of(Mode.FWD, 1.5, Mode.TRAIN, 3.5));
    assertEquals("reached", goal(goals, "from the definition", Mode.FWD).verdict());
    assertEquals("**not reached**", goal(goals, "from the definition", Mode.TRAIN).verdict());
  }

  @Test
  void fullSpeedIsWhereTheMedianComesNearTheLastOne() {
    var durations = new java.util.ArrayList<Double>();
    var ends = new java.util.ArrayList<Double>();
    for (int i = 0; i < 60; i++) {
      durations.add(i < 20 ? 9.0 : 1.0);
      ends.add(i * 0.1);
    }
    // Of the five from the 19th on, three are fast.
    assertEquals(1.8, FirstSteps.fullSpeed(ends, durations), 1e-9);
  }

  @Test
  void reportHasTableNumbersAndChart(@TempDir Path folder) throws Exception {
    var rows =
        List.of(row(Cell.LSTM, LARGE, Mode.FWD, 10, 40), row(Cell.GRU, LARGE, Mode.TRAIN, 30, 33));
    var peers = Map.of(Row.OURS, "1", Goals.PYTORCH, "2", Goals.JAX, "missing: no module jax");
    var goals = Goals.of(rows, 100, Map.of());
    new Report(Machine.here(), peers, 2, rows, goals, List.of("a note")).write(folder);
    var text = Files.readString(folder.resolve("comparison.md"));
    assertTrue(
        text.contains("| LSTM | 256, 64, 100 | fwd | 10 | 671 | 4.00x | 40 (4.00x) |"), text);
    assertTrue(text.contains("missing: no module jax"), text);
    assertTrue(Files.readString(folder.resolve("comparison.json")).contains("\"median_ms\""));
    assertEquals((byte) 'P', Files.readAllBytes(folder.resolve("comparison.png"))[1]);
  }
}
