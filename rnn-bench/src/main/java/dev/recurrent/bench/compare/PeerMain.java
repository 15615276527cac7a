package dev.recurrent.bench.compare;

import dev.recurrent.Backends;
import dev.recurrent.bench.compare.Work.Cell;
import dev.recurrent.bench.compare.Work.Mode;
import dev.recurrent.bench.compare.Work.Shape;
import dev.recurrent.bench.compare.Workload.UnsupportedWorkException;
import dev.recurrent.bench.nd4j.Nd4jProvider;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Is the process in which a Java candidate is timed: {@code cpu}, {@code nd4j} or {@code dl4j}.
 * Speaks as {@code peers.py} does, and knows one more request: {@code {"op": "gflops"}}.
 */
public final class PeerMain {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Training steps after which losses of a character model are compared. */
  private static final int CHECKED_STEPS = 5;

  private final String name;
  private final int threads;
  private @Nullable Backend backend;
  private @Nullable Work lastWork;
  private @Nullable Workload last;

  private PeerMain(String name, int threads) {
    this.name = name;
    this.threads = threads;
  }

  /** Answers requests from standard input until it ends; takes the name and the threads. */
  public static void main(String[] arguments) throws IOException {
    var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true);
    System.setOut(System.err); // what a library prints must not come between the answers
    var peer = new PeerMain(arguments[0], Integer.parseInt(arguments[1]));
    out.println(peer.open());
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(peer.answer(JSON.readTree(line)));
    }
  }

  private ObjectNode open() {
    var answer = JSON.createObjectNode();
    try {
      backend = Backends.open(name.equals("dl4j") ? "nd4j" : name, new BackendOptions(threads));
      var version = name.equals("cpu") ? backend.device().device() : Nd4jProvider.version();
      return answer.put("name", name).put("version", version);
    } catch (RuntimeException | LinkageError e) {
      return answer.put("missing", String.valueOf(e.getMessage()));
    }
  }

  private ObjectNode answer(JsonNode request) {
    var answer = JSON.createObjectNode();
    try {
      switch (request.get("op").asString()) {
        case "check" -> check(work(request), answer);
        case "gflops" ->
            new BestProduct(opened()).measure(request.get("seconds").asDouble(), answer);
        default -> time(request, answer);
      }
    } catch (UnsupportedWorkException e) {
      answer.put("unsupported", String.valueOf(e.getMessage()));
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      e.printStackTrace();
      answer.put("error", e.toString());
    }
    return answer;
  }

  private void time(JsonNode request, ObjectNode answer) {
    var prepared = prepared(work(request));
    var timing =
        Timing.of(prepared, request.get("warmup").asDouble(), request.get("seconds").asDouble());
    answer.put("median_ms", timing.medianMillis()).put("calls", timing.calls());
  }

  /** The rounds of one row follow each other: what is compiled for it stays until the next. */
  private Workload prepared(Work work) {
    if (last == null || !work.equals(lastWork)) {
      if (last != null) {
        last.close();
        last = null;
      }
      last = workload(work);
      lastWork = work;
    }
    return last;
  }

  private Workload workload(Work work) {
    if (name.equals("dl4j")) {
      return new Dl4jWorkload(work);
    }
    var cell = work.cell().definition();
    return work.mode() == Mode.TEXT
        ? new CharacterModel(opened(), cell, work.shape())
        : new OwnWorkload(opened(), cell, work.shape(), work.mode());
  }

  /** Gives the output, and the values that another library needs to compute the same. */
  private void check(Work work, ObjectNode answer) {
    if (name.equals("dl4j")) {
      throw new UnsupportedWorkException("has its gates in an order of its own");
    }
    var definition = work.cell().definition();
    if (work.mode() == Mode.TEXT) {
      try (var model = new CharacterModel(opened(), definition, work.shape())) {
        answer.set("parameters", JSON.valueToTree(model.parameters()));
        answer.set("text", JSON.valueToTree(model.text()));
        answer.set("y", JSON.valueToTree(model.losses(CHECKED_STEPS)));
      }
      return;
    }
    try (var workload = new OwnWorkload(opened(), definition, work.shape(), work.mode())) {
      workload.run();
      var sizes = CellSizes.of(work.shape().input(), work.shape().hidden());
      var values = workload.values();
      var parameters = OwnWorkload.pyTorch(definition.program(sizes), values);
      answer.set("y", JSON.valueToTree(workload.output()));
      answer.set("x", JSON.valueToTree(values.x()));
      answer.set("w", JSON.valueToTree(parameters.w()));
      answer.set("u", JSON.valueToTree(parameters.u()));
      answer.set("b", JSON.valueToTree(parameters.b()));
      answer.set("extra", JSON.valueToTree(parameters.extra()));
    }
  }

  private Backend opened() {
    if (backend == null) {
      throw new IllegalStateException("backend " + name + ": expected it open");
    }
    return backend;
  }

  private static Work work(JsonNode r) {
    var shape =
        new Shape(
            r.get("input").asInt(),
            r.get("hidden").asInt(),
            r.get("batch").asInt(),
            r.get("steps").asInt(),
            r.get("layers").asInt());
    return new Work(
        Cell.of(r.get("cell").asString()),
        shape,
        Mode.valueOf(r.get("mode").asString().toUpperCase(Locale.ROOT)));
  }
}
