package dev.recurrent.bench.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.bench.streams.StreamsComparison.Plan;
import dev.recurrent.cell.Cells;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.reference.ReferenceBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamsComparisonTest {
  private static final List<String> ALL = List.of("onnxruntime", "dl4j");

  @TempDir private Path folder;

  @Test
  void allServeTheSameLstm() throws IOException {
    var plan = new Plan(ALL, List.of(5, 16), List.of(1, 3), 7, 1, 0.02);
    var report = new StreamsComparison(plan, _ -> {}).run(); // compares with the reference
    assertEquals(3 * 2 * 2, report.rows().size());
    assertTrue(report.rows().stream().allMatch(row -> row.streams() > 0 && row.p50() <= row.p99()));
    report.write(folder);
    var markdown = Files.readString(folder.resolve("streams.md"));
    assertTrue(markdown.contains("| H | threads | Recurrent | ONNX Runtime | DL4J |"), markdown);
    assertTrue(Files.readString(folder.resolve("streams.json")).contains("\"p99\""));
  }

  @Test
  void severalLayersAreServedToo() {
    try (var reference = new ReferenceBackend();
        var lstm = Recurrent.of(Cells.LSTM, 3, 6).layers(2).build(reference, 1)) {
      lstm.parameters().stream()
          .filter(p -> p.name().startsWith("bias"))
          .forEach(p -> p.set(distinct(p.size())));
      var run = new StreamsRun(new StreamsRun.Plan(9, 0, 1), 3);
      var expected = run.outputs(new OwnServer(lstm));
      var weights = LstmWeights.of(lstm);
      try (var onnx = OnnxServer.start(weights);
          var dl4j = new Dl4jServer(weights)) {
        for (var server : List.of(onnx, dl4j)) {
          double distance = StreamsComparison.distance(expected, run.outputs(server));
          assertTrue(distance < 1e-6, server.title() + ": " + distance);
        }
      }
    }
  }

  private static float[] distinct(int size) {
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) Math.sin(1 + i);
    }
    return values;
  }

  @Test
  void aServerThatMixesItsThreadsUpIsFound() {
    var run = new StreamsRun(new StreamsRun.Plan(5, 0, 0.01), 2);
    var server = new Mixing();
    assertTrue(run.time(server, 1).streams() > 0);
    var e = assertThrows(IllegalStateException.class, () -> run.time(server, 2));
    assertTrue(
        e.getMessage().contains("expected the bits of one thread, got others"), e::getMessage);
  }

  /** Computes otherwise as soon as two sessions are open. */
  private static final class Mixing implements Server, Server.Session {
    private volatile int open;
    private float sum;

    @Override
    public String title() {
      return "mixing";
    }

    @Override
    public String version() {
      return "1";
    }

    @Override
    public synchronized Session open() {
      open++;
      return this;
    }

    @Override
    public void reset() {
      sum = 0;
    }

    @Override
    public float[] step(float[] x) {
      sum += x[0];
      return new float[] {open == 2 ? -1 : sum};
    }

    @Override
    public synchronized void close() {
      open--;
    }
  }

  @Test
  void quantilesAreThoseOfTheLatencies() {
    var latencies = new Latencies();
    for (int nanos = 1; nanos <= 100_000; nanos++) {
      latencies.add(nanos);
    }
    assertEquals(50_000, latencies.quantile(0.5), 50_000 * 0.03);
    assertEquals(99_000, latencies.quantile(0.99), 99_000 * 0.03);
    latencies.add(latencies);
    assertEquals(50_000, latencies.quantile(0.5), 50_000 * 0.03);
    assertThrows(IllegalStateException.class, () -> new Latencies().quantile(0.5));
  }

  @Test
  void whatCannotBeRunIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Plan(List.of("torch"), List.of(1), List.of(1), 1, 1, 1));
    assertThrows(
        IllegalArgumentException.class, () -> new Plan(ALL, List.of(1), List.of(0), 1, 1, 1));
  }
}
