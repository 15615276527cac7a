package dev.recurrent.bench.streams;

import dev.recurrent.Backends;
import dev.recurrent.bench.compare.Machine;
import dev.recurrent.bench.streams.StreamsReport.Row;
import dev.recurrent.cell.Cells;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Lets Recurrent and other libraries serve the same LSTM with the same weights, in turn. Before
 * anything is timed, each must agree with the reference to 1e-5.
 */
public final class StreamsComparison {
  /** How far an output may be from the reference's. */
  static final double TOLERANCE = 1e-5;

  private static final List<String> LIBRARIES = List.of("onnxruntime", "dl4j");

  private final Plan plan;
  private final Consumer<String> progress;
  private final Map<String, String> versions = new LinkedHashMap<>();

  /**
   * What to run.
   *
   * @param libraries some of {@code onnxruntime} and {@code dl4j}, beside ours
   * @param hidden hidden sizes; the inputs are as many
   * @param threads numbers of threads
   * @param steps of a stream
   * @param rounds how often each row is timed
   * @param seconds of each timing, and about as long before it to warm up
   */
  public record Plan(
      List<String> libraries,
      List<Integer> hidden,
      List<Integer> threads,
      int steps,
      int rounds,
      double seconds) {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if a library is unknown, or a number is not positive
     */
    public Plan {
      if (!LIBRARIES.containsAll(libraries)) {
        throw new IllegalArgumentException(
            "libraries: expected some of " + LIBRARIES + ", got " + libraries);
      }
      var numbers = new ArrayList<>(hidden);
      numbers.addAll(threads);
      numbers.addAll(List.of(steps, rounds));
      if (numbers.stream().anyMatch(n -> n < 1) || !(seconds > 0)) {
        throw new IllegalArgumentException(
            "sizes, threads, steps, rounds, seconds: expected more than 0, got "
                + numbers
                + ", "
                + seconds);
      }
    }
  }

  /**
   * Plans a comparison.
   *
   * @param progress is told a line for each row
   */
  public StreamsComparison(Plan plan, Consumer<String> progress) {
    this.plan = plan;
    this.progress = progress;
  }

  /**
   * Runs everything.
   *
   * @throws IllegalStateException if a library computes something else than the reference, or
   *     something else with several threads than with one
   */
  public StreamsReport run() {
    var rows = new ArrayList<Row>();
    for (int hidden : plan.hidden()) {
      rows.addAll(rows(hidden));
    }
    return new StreamsReport(Machine.here(), versions, plan.steps(), rows);
  }

  private static Recurrent lstm(Backend backend, int size) {
    return Recurrent.of(Cells.LSTM.withInitialBias("f", 1), size, size).build(backend, 1);
  }

  private List<Row> rows(int hidden) {
    var run =
        new StreamsRun(new StreamsRun.Plan(plan.steps(), plan.seconds(), plan.seconds()), hidden);
    var servers = new ArrayList<Server>();
    // One thread: a step runs in the caller's anyway.
    try (var backend = Backends.open("cpu", new BackendOptions(1));
        var lstm = lstm(backend, hidden)) {
      var weights = LstmWeights.of(lstm);
      servers.add(new OwnServer(lstm));
      for (var library : plan.libraries()) {
        servers.add(library.equals("dl4j") ? new Dl4jServer(weights) : OnnxServer.start(weights));
      }
      verify(run, servers, hidden);
      return timed(run, servers, hidden);
    } finally {
      servers.forEach(Server::close);
    }
  }

  private void verify(StreamsRun run, List<Server> servers, int hidden) {
    float[][] expected;
    try (var reference = new ReferenceBackend();
        var lstm = lstm(reference, hidden)) {
      expected = run.outputs(new OwnServer(lstm));
    }
    for (var server : servers) {
      double distance = distance(expected, run.outputs(server));
      if (!(distance <= TOLERANCE)) {
        throw new IllegalStateException(
            server.title()
                + ": expected outputs within "
                + TOLERANCE
                + " of the reference's, got "
                + distance);
      }
      versions.put(server.title(), server.version());
    }
  }

  static double distance(float[][] expected, float[][] actual) {
    double largest = 0;
    for (int s = 0; s < expected.length; s++) {
      for (int i = 0; i < expected[s].length; i++) {
        double difference = Math.abs((double) expected[s][i] - actual[s][i]);
        if (!(difference <= largest)) { // NaN, too
          largest = difference;
        }
      }
    }
    return largest;
  }

  private List<Row> timed(StreamsRun run, List<Server> servers, int hidden) {
    var rows = new ArrayList<Row>();
    for (int threads : plan.threads()) {
      var results = new LinkedHashMap<Server, List<StreamsRun.Result>>();
      for (int round = 0; round < plan.rounds(); round++) {
        for (var server : servers) {
          results.computeIfAbsent(server, _ -> new ArrayList<>()).add(run.time(server, threads));
        }
      }
      results.forEach(
          (server, its) -> {
            var row =
                new Row(
                    server.title(),
                    hidden,
                    threads,
                    median(its, StreamsRun.Result::streams),
                    median(its, StreamsRun.Result::p50),
                    median(its, StreamsRun.Result::p99));
            rows.add(row);
            progress.accept(row.toString());
          });
    }
    return rows;
  }

  private static double median(
      List<StreamsRun.Result> results, ToDoubleFunction<StreamsRun.Result> value) {
    var sorted = results.stream().mapToDouble(value).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
