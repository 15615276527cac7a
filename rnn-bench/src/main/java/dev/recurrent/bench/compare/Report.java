package dev.recurrent.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes what a run has found: {@code comparison.md}, {@code comparison.json} and {@code
 * comparison.png}.
 *
 * @param peers the version, or the reason why it is missing, by the title of the candidate
 * @param threads the threads of each candidate
 * @param notes what else a reader should know
 */
public record Report(
    Machine machine,
    Map<String, String> peers,
    int threads,
    List<Row> rows,
    List<Goals.Goal> goals,
    List<String> notes) {

  /** Writes all three files. */
  public void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("comparison.md"), markdown());
    Files.writeString(folder.resolve("comparison.json"), json());
    RatioChart.write(rows, others(), machine, folder.resolve("comparison.png"));
  }

  /** Returns the titles of the candidates but ours that have timed something. */
  private List<String> others() {
    return peers.keySet().stream()
        .filter(peer -> !peer.equals(Row.OURS))
        .filter(peer -> rows.stream().anyMatch(row -> row.millis().containsKey(peer)))
        .toList();
  }

  /** Returns the tables for people. */
  public String markdown() {
    var text = new StringBuilder("# Comparison\n\n");
    text.append(
        "%s, %d cores, %s; %s; commit %s, %s; %d threads each, float32.%n%n"
            .formatted(
                machine.processor(),
                machine.cores(),
                machine.system(),
                machine.jdk(),
                machine.commit(),
                machine.date(),
                threads));
    peers.forEach((title, version) -> text.append("- " + title + ": " + version + "\n"));
    notes.forEach(note -> text.append("- " + note + "\n"));
    text.append("\n## Goals\n\n| | | goal | measured | |\n|---|---|---|---|---|\n");
    for (var goal : goals.stream().filter(goal -> goal.measured().isPresent()).toList()) {
      text.append(
          "| %s | %s | %s | %s | %s |\n"
              .formatted(
                  goal.name(), goal.mode().id(), goal.target(), goal.value(), goal.verdict()));
    }
    text.append(
        "\n## Rows\n\nMilliseconds a call; in brackets, how many times as long as ours.\n\n");
    rows(text);
    return text.toString();
  }

  private void rows(StringBuilder text) {
    var others = others();
    text.append("| cell | I=H, B, T (, L) | | Recurrent | GFLOP/s | against the best |");
    others.forEach(peer -> text.append(" " + peer + " |"));
    text.append("\n|---|---|---|---|---|---|" + "---|".repeat(others.size()) + "\n");
    for (var row : rows) {
      var cells = new ArrayList<String>();
      cells.add(row.work().cell().title());
      cells.add(row.work().shape().toString());
      cells.add(row.work().mode().id());
      cells.add(millis(row, Row.OURS));
      cells.add(row.gflops().isPresent() ? Text.number(row.gflops().getAsDouble()) : "–");
      var best = row.ratioToBest();
      cells.add(best.isPresent() ? ratio(best.getAsDouble()) : "–");
      for (var peer : others) {
        var ratio = row.ratio(peer);
        cells.add(
            millis(row, peer) + (ratio.isPresent() ? " (" + ratio(ratio.getAsDouble()) + ")" : ""));
      }
      text.append("| " + String.join(" | ", cells) + " |\n");
    }
  }

  private static String millis(Row row, String peer) {
    var millis = row.millis().get(peer);
    return millis == null ? "–" : Text.number(millis);
  }

  private static String ratio(double value) {
    return String.format(Locale.ROOT, "%.2fx", value);
  }

  private String json() {
    var mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    var root = mapper.createObjectNode();
    root.set("machine", mapper.valueToTree(machine));
    root.put("threads", threads);
    root.set("peers", mapper.valueToTree(peers));
    root.set("notes", mapper.valueToTree(notes));
    var goalNodes = root.putArray("goals");
    for (var goal : goals) {
      var node = goalNodes.addObject();
      node.put("name", goal.name()).put("mode", goal.mode().id()).put("goal", goal.target());
      goal.measured().ifPresent(value -> node.put("measured", value));
      node.put("verdict", goal.verdict().replace("*", ""));
    }
    var rowNodes = root.putArray("rows");
    for (var row : rows) {
      var shape = row.work().shape();
      var node = rowNodes.addObject();
      node.put("cell", row.work().cell().id()).put("mode", row.work().mode().id());
      node.put("input", shape.input()).put("hidden", shape.hidden());
      node.put("batch", shape.batch()).put("steps", shape.steps()).put("layers", shape.layers());
      node.set("median_ms", mapper.valueToTree(new java.util.TreeMap<>(row.millis())));
      row.gflops().ifPresent(value -> node.put("gflops", value));
    }
    return mapper.writeValueAsString(root) + "\n";
  }
}
