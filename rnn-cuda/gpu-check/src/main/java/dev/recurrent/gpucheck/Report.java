package dev.recurrent.gpucheck;

import dev.recurrent.gpucheck.Outcome.Status;
import dev.recurrent.io.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Writes what came out: all of it as JSON, and a page for people. */
record Report(About about, List<Outcome> outcomes) {
  static final String PAGE = "gpu-check.md";
  private static final String DATA = "gpu-check.json";

  /** Longer outputs are cut in the page. */
  private static final int MOST_LINES = 80;

  Report {
    outcomes = List.copyOf(outcomes);
  }

  /**
   * Says what was checked.
   *
   * @param commit the commit of the sources, empty if it is not known
   * @param missing why the backend could not run, empty if it could
   */
  record About(
      String backend, String commit, String started, String java, String system, String missing) {

    /** Describes a run that starts now. */
    static About ofThisRun(String backend, String commit, String missing) {
      return new About(
          backend,
          commit,
          Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
          Runtime.version().toString(),
          System.getProperty("os.name") + " " + System.getProperty("os.version"),
          missing);
    }
  }

  /** What the JSON file holds. */
  private record Data(About about, boolean passed, List<Outcome> parts) {}

  /** Tells whether the backend could run, all parts are done, and none failed. */
  boolean passed() {
    return about.missing.isEmpty()
        && outcomes.size() == Part.values().length
        && outcomes.stream()
            .allMatch(o -> o.status() == Status.PASSED || o.status() == Status.SKIPPED);
  }

  void write(Path folder) throws IOException {
    var data = new Data(about, passed(), outcomes);
    var json = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    AtomicFiles.write(folder.resolve(DATA), json.writeValueAsBytes(data));
    AtomicFiles.write(folder.resolve(PAGE), page().getBytes(StandardCharsets.UTF_8));
  }

  private String page() {
    var page = new StringBuilder("# Check of the backend " + about.backend + "\n\n");
    var commit = about.commit.isEmpty() ? "not known" : about.commit;
    page.append("Commit ").append(commit).append(", ").append(about.started).append(", Java ");
    page.append(about.java).append(", ").append(about.system).append(".\n\n");
    if (!about.missing.isEmpty()) {
      page.append("**The backend could not run:** ").append(about.missing).append("\n\n");
    }
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
