package dev.recurrent.bench.streams;

import dev.recurrent.bench.compare.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes what was measured: {@code streams.md} and {@code streams.json}.
 *
 * @param libraries the version, or the reason why it is missing, by title
 * @param steps of a stream
 */
public record StreamsReport(
    Machine machine, Map<String, String> libraries, int steps, List<Row> rows) {

  /**
   * What one library did with one size of model and one number of threads; medians over the rounds.
   *
   * @param hidden the hidden size, and that of the input
   * @param streams a second
   * @param p50 of a step, in microseconds
   * @param p99 of a step, in microseconds
   */
  public record Row(
      String library, int hidden, int threads, double streams, double p50, double p99) {}

  /** Writes both files. */
  public void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("streams.md"), markdown());
    Files.writeString(folder.resolve("streams.json"), json());
  }

  /** Returns a table for people. */
  public String markdown() {
    var text = new StringBuilder("# Streams\n\n");
    text.append(
        "%s, %d cores, %s; %s; commit %s, %s; an LSTM layer with I = H, float32, streams of %d steps.%n%n"
            .formatted(
                machine.processor(),
                machine.cores(),
                machine.system(),
                machine.jdk(),
                machine.commit(),
                machine.date(),
                steps));
    libraries.forEach((title, version) -> text.append("- " + title + ": " + version + "\n"));
    var titles = rows.stream().map(Row::library).distinct().toList();
    text.append("\nStreams a second; in brackets p50 and p99 of a step in microseconds.\n\n");
    text.append("| H | threads | " + String.join(" | ", titles) + " |\n");
    text.append("|---|---|" + "---|".repeat(titles.size()) + "\n");
    for (int hidden : rows.stream().map(Row::hidden).distinct().toList()) {
      for (int threads : rows.stream().map(Row::threads).distinct().toList()) {
        text.append("| " + hidden + " | " + threads + " |");
        for (var title : titles) {
          text.append(
              rows.stream()
                  .filter(r -> r.hidden() == hidden && r.threads() == threads)
                  .filter(r -> r.library().equals(title))
                  .findFirst()
                  .map(StreamsReport::cell)
                  .orElse(" – |"));
        }
        text.append("\n");
      }
    }
    return text.toString();
  }

  private static String cell(Row row) {
    return String.format(Locale.ROOT, " %.0f (%.1f, %.1f) |", row.streams(), row.p50(), row.p99());
  }

  private String json() {
    var mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    return mapper.writeValueAsString(this) + "\n";
  }
}
