package dev.recurrent.bench.compare;

import dev.recurrent.bench.compare.Work.Cell;
import dev.recurrent.bench.compare.Work.Mode;
import dev.recurrent.bench.compare.Work.Shape;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs the candidates in turn, row by row, so that what else happens on the machine hits all of
 * them alike.
 */
public final class Comparison {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** How far outputs and losses may be apart: sums of some products and functions, in float32. */
  private static final double TOLERANCE = 1e-5;

  /** In the first round what is compiled while it runs has this many times as long for it. */
  private static final int FIRST_WARMUP = 3;

  /** In how many JVMs a new cell is watched. */
  private static final int FIRST_STEPS_RUNS = 3;

  private final List<Peer> peers;
  private final Plan plan;
  private final Consumer<String> progress;
  private final List<String> notes = new ArrayList<>();

  /**
   * Says what to run.
   *
   * @param rounds how often each row is timed; the result is the median
   * @param warmup seconds before each timing; more before the first one of a row
   * @param seconds seconds of each timing
   * @param firstSteps seconds for which a new cell is watched
   */
  public record Plan(
      List<Work> works,
      int threads,
      int rounds,
      double warmup,
      double seconds,
      double firstSteps) {}

  /** Prepares a run; the first of the peers is ours. */
  public Comparison(List<Peer> peers, Plan plan, Consumer<String> progress) {
    this.peers = List.copyOf(peers);
    this.plan = plan;
    this.progress = progress;
  }

  /** Runs everything. */
  public Report run() throws IOException {
    verify();
    double gflops = bestProduct();
    var firstSteps = firstSteps();
    var rows = new ArrayList<Row>();
    for (int i = 0; i < plan.works().size(); i++) {
      var row = row(plan.works().get(i));
      rows.add(row);
      progress.accept("%d/%d %s".formatted(i + 1, plan.works().size(), describe(row)));
    }
    var versions = new LinkedHashMap<String, String>();
    for (var peer : peers) {
      var missing = peer.missing();
      versions.put(peer.title(), missing == null ? peer.version() : "missing: " + missing);
    }
    var goals = Goals.of(rows, gflops, firstSteps);
    return new Report(Machine.here(), versions, plan.threads(), rows, goals, List.copyOf(notes));
  }

  /**
   * Asks everyone who can for the output of a small layer with our parameters, and for the losses
   * of a small character model.
   */
  private void verify() {
    for (var cell : Cell.values()) {
      verify(new Work(cell, new Shape(5, 7, 3, 4, 1), Mode.FWD), cell.title());
    }
    verify(Work.QUICK_TEXT, "character model");
  }

  private void verify(Work work, String title) {
    var request = Peer.request("check", work);
    var ours = peers.getFirst().ask(request);
    if (!ours.has("y")) {
      throw new IllegalStateException(title + ": expected an output, got " + ours);
    }
    ours.propertyStream()
        .filter(field -> !field.getKey().equals("y"))
        .forEach(field -> request.set(field.getKey(), field.getValue()));
    for (var peer : peers.subList(1, peers.size())) {
      var theirs = peer.ask(request);
      if (theirs.has("y")) {
        double distance = distance(ours.get("y"), theirs.get("y"));
        progress.accept("%s: %s differs by %.1e".formatted(title, peer.title(), distance));
        if (!(distance <= TOLERANCE)) {
          throw new IllegalStateException(
              "%s: expected the output of %s to within %s, got a difference of %s"
                  .formatted(title, peer.title(), TOLERANCE, distance));
        }
      } else if (theirs.has("error")) {
        notes.add(peer.title() + " on a small " + title + ": " + theirs.get("error"));
      }
    }
  }

  /** Returns the largest difference; NaN where one is NaN. */
  static double distance(JsonNode a, JsonNode b) {
    if (a.size() != b.size()) {
      return Double.POSITIVE_INFINITY;
    }
    double largest = 0;
    for (int i = 0; i < a.size(); i++) {
      largest = Math.max(largest, Math.abs(a.get(i).asDouble() - b.get(i).asDouble()));
    }
    return largest;
  }

  private double bestProduct() {
    var request = JSON.createObjectNode().put("op", "gflops").put("seconds", 7 * plan.seconds());
    var answer = peers.getFirst().ask(request);
    if (!answer.has("gflops")) {
      notes.add("best matrix product: " + answer);
      return 0;
    }
    double gflops = answer.get("gflops").asDouble();
    var note =
        "best matrix product of ours: %s GFLOP/s at M, K, N = %s"
            .formatted(Text.number(gflops), answer.get("size").asString());
    progress.accept(note);
    notes.add(note);
    return gflops;
  }

  /** Returns the median over some JVMs: in each, C2 takes another course. */
  private Map<Mode, Double> firstSteps() throws IOException {
    var result = new EnumMap<Mode, Double>(Mode.class);
    for (var mode : Work.LAYER_MODES) {
      var seconds = new ArrayList<Double>();
      for (int i = 0; i < FIRST_STEPS_RUNS; i++) {
        firstSteps(mode).ifPresent(seconds::add);
      }
      var what = "from definition to full speed, " + mode.id() + ": ";
      if (seconds.isEmpty()) {
        notes.add(what + "it failed");
        continue;
      }
      result.put(mode, Timing.median(seconds));
      var each = seconds.stream().sorted().map(Text::number).toList();
      notes.add(what + "%s s, the median of %s".formatted(Text.number(result.get(mode)), each));
      progress.accept(notes.getLast());
    }
    return result;
  }

  private OptionalDouble firstSteps(Mode mode) throws IOException {
    var command = new ArrayList<>(Peer.javaCommand());
    command.addAll(
        List.of(
            FirstSteps.class.getName(), mode.id(), "" + plan.threads(), "" + plan.firstSteps()));
    var process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    process.getOutputStream().close();
    try (var in =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      var line = in.readLine();
      return line == null ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(line));
    }
  }

  private Row row(Work work) {
    var request = Peer.request("time", work).put("seconds", plan.seconds());
    var times = new LinkedHashMap<String, List<Double>>();
    for (int round = 0; round < plan.rounds(); round++) {
      request.put("warmup", plan.warmup() * (round == 0 ? FIRST_WARMUP : 1));
      for (var peer : peers) {
        var answer = peer.ask(request);
        if (answer.has("median_ms")) {
          times
              .computeIfAbsent(peer.title(), _ -> new ArrayList<>())
              .add(answer.get("median_ms").asDouble());
        } else if (answer.has("error")) {
          var note = "%s, %s: %s".formatted(peer.title(), work, answer.get("error").asString());
          if (!notes.contains(note)) {
            notes.add(note);
          }
        }
      }
    }
    var medians = new LinkedHashMap<String, Double>();
    times.forEach((title, each) -> medians.put(title, Timing.median(each)));
    return new Row(work, medians);
  }

  private String describe(Row row) {
    var text = new StringBuilder(row.work().toString());
    for (var peer : peers) {
      var millis = row.millis().get(peer.title());
      if (millis != null) {
        text.append("  ").append(peer.title()).append(' ').append(Text.number(millis));
      }
    }
    return text.append(" ms").toString();
  }
}
