package dev.recurrent.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchCommandTest {
  private static final String SMALL = " --input 5 --hidden 7 --batch 3 --steps 4 --seconds 0.001";

  static Stream<String> catalogue() {
    return Cells.all().stream().map(CellDefinition::name);
  }

  @ParameterizedTest
  @MethodSource("catalogue")
  void timesEveryCellOfTheCatalogue(String cell) {
    for (var mode : new String[] {"fwd", "train"}) {
      var json = bench("--cell " + cell + " --mode " + mode + " --layers 2");
      assertEquals(cell, json.get("cell").asString());
      assertEquals(mode, json.get("mode").asString());
      assertEquals(2, json.get("layers").asInt());
      assertTrue(json.get("medianMs").asDouble() > 0, json::toString);
      assertTrue(json.get("gflops").asDouble() > 0, json::toString);
    }
  }

  @Test
  void countsMatrixProductsOnlyAndThreefoldForTraining() {
    // 2 G H (I + H) a step and row, as for the gates of an LSTM.
    double flops = 2.0 * 4 * 7 * (5 + 7) * 3 * 4;
    var forward = bench("--mode fwd");
    assertEquals(
        flops, forward.get("gflops").asDouble() * forward.get("medianMs").asDouble() * 1e6, 1e-3);
    var training = bench("--mode train");
    assertEquals(
        3 * flops,
        training.get("gflops").asDouble() * training.get("medianMs").asDouble() * 1e6,
        1e-3);
  }

  @Test
  void withoutJsonItPrintsTheMedian() {
    var run = CommandLineRun.ofLine("bench --warm-up 0 --backend reference" + SMALL);
    assertEquals(0, run.status(), run::err);
    assertTrue(run.out().contains("median "), run::out);
    assertTrue(run.out().contains("GFLOP/s"), run::out);
  }

  private static JsonNode bench(String options) {
    var run = CommandLineRun.ofLine("bench --json --warm-up 0 " + options + SMALL);
    assertEquals(0, run.status(), run::err);
    return JsonMapper.shared().readTree(run.out());
  }
}
