package dev.recurrent.gpucheck;

import dev.recurrent.gpucheck.Outcome.Status;
import dev.recurrent.io.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Writes what came out: all of it as JSON, and a page for people. */
record Report(String backend, List<Outcome> outcomes) {
  static final String PAGE = "gpu-check.md";
  private static final String DATA = "gpu-check.json";

  /** Longer outputs are cut in the page. */
  private static final int MOST_LINES = 80;

  Report {
    outcomes = List.copyOf(outcomes);
  }

  /** What the JSON file holds. */
  private record Data(
      String backend, boolean passed, String java, String system, List<Outcome> parts) {}

  /** Tells whether no part failed. */
  boolean passed() {
    return outcomes.stream()
        .allMatch(o -> o.status() == Status.PASSED || o.status() == Status.SKIPPED);
  }

  void write(Path folder) throws IOException {
    if (!folder.toString().isEmpty()) {
      Files.createDirectories(folder);
    }
    var system = System.getProperty("os.name") + " " + System.getProperty("os.version");
    var data = new Data(backend, passed(), Runtime.version().toString(), system, outcomes);
    var json = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    AtomicFiles.write(folder.resolve(DATA), json.writeValueAsBytes(data));
    AtomicFiles.write(folder.resolve(PAGE), page().getBytes(StandardCharsets.UTF_8));
  }

  private String page() {
    var page = new StringBuilder("# Check of the backend " + backend + "\n\n");
    page.append("| part | result | seconds | |\n|---|---|---|---|\n");
    for (var outcome : outcomes) {
      page.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %.1f | %s |%n",
              outcome.part(),
              outcome.status(),
              outcome.seconds(),
              outcome.summary().replace("|", "\\|")));
    }
    for (var outcome : outcomes) {
      if (!outcome.output().isEmpty()) {
        page.append("\n## ").append(outcome.part()).append("\n```\n");
        int from = Math.max(0, outcome.output().size() - MOST_LINES);
        if (from > 0) {
          page.append("(the first ").append(from).append(" lines are in ").append(DATA);
          page.append(")\n");
        }
        outcome.output().stream().skip(from).forEach(line -> page.append(line).append('\n'));
        page.append("```\n");
      }
    }
    return page.toString();
  }
}
