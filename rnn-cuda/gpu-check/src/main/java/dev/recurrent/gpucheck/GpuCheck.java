package dev.recurrent.gpucheck;

import dev.recurrent.Backends;
import dev.recurrent.gpucheck.Outcome.Status;
import dev.recurrent.spi.Availability.Unavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs all parts of the check, and writes one JSON file and one page of Markdown. */
@Command(
    name = "gpu-check",
    mixinStandardHelpOptions = true,
    header = "Checks a backend on this machine: all that can be checked, in one run.",
    description = {
      "",
      "Runs doctor, the conformance cases, the suite that every backend passes, a comparison with"
          + " the backend cpu, a soak and timings, each in a process of its own and with a limit of"
          + " time. Writes gpu-check.json and gpu-check.md."
    },
    footer = {"", "The exit status is 0 if every part passed."})
public final class GpuCheck implements Callable<Integer> {
  @Option(names = "--cases", required = true, description = "Folder of the conformance cases.")
  private Path cases;

  @Option(names = "--backend", description = "Backend. Default: ${DEFAULT-VALUE}")
  private String backend = "cuda";

  @Option(names = "--out", description = "Folder of the report. Default: the current one")
  private Path out = Path.of("");

  @Option(names = "--commit", description = "What is checked, for the report.")
  private String commit = "";

  @Option(names = "--soak", description = "Seconds of the soak. Default: ${DEFAULT-VALUE}")
  private int soakSeconds = 60;

  @Option(
      names = "--only",
      split = ",",
      description = "Parts to run, of ${COMPLETION-CANDIDATES}. Default: all")
  private Set<Part> only = EnumSet.allOf(Part.class);

  private GpuCheck() {}

  /** Runs the check. */
  public static void main(String[] arguments) {
    int status =
        new CommandLine(new GpuCheck())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments);
    System.exit(status);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try {
      Files.createDirectories(out.toAbsolutePath());
    } catch (IOException e) {
      System.err.println("gpu-check: --out: expected a folder that can be made, got " + out);
      return 2;
    }
    var missing = missing();
    var about = Report.About.ofThisRun(backend, commit, missing == null ? "" : missing);
    var settings = new Part.Settings(backend, cases, soakSeconds);
    var outcomes = new ArrayList<Outcome>();
    for (var part : Part.values()) {
      var outcome = outcome(part, missing, settings);
      outcomes.add(outcome);
      try {
        // After each part, as a run may be cut off.
        new Report(about, outcomes).write(out);
      } catch (IOException e) {
        System.err.println(
            "gpu-check: --out: expected a folder to write to, got " + out.toAbsolutePath());
        return 2;
      }
      System.out.printf(
          Locale.ROOT,
          "%-9s %-9s %6.1f s  %s%n",
          part,
          outcome.status(),
          outcome.seconds(),
          outcome.summary());
      if (part == Part.DOCTOR) {
        outcome.output().forEach(line -> System.out.println("          " + line));
      }
    }
    boolean passed = new Report(about, outcomes).passed();
    System.out.println(
        (passed ? "passed" : "FAILED") + "; " + out.resolve(Report.PAGE).toAbsolutePath());
    if (missing != null) {
      System.out.println("backend " + backend + ": " + missing);
    }
    return passed ? 0 : 1;
  }

  private Outcome outcome(Part part, @Nullable String missing, Part.Settings settings)
      throws IOException, InterruptedException {
    if (!only.contains(part)) {
      return new Outcome(part, Status.SKIPPED, 0, "not asked for", List.of());
    }
    if (part == Part.DOCTOR) {
      // Its exit status is about automatic choice.
      var outcome = Child.run(part, settings);
      return new Outcome(part, Status.PASSED, outcome.seconds(), "see below", outcome.output());
    }
    return missing == null
        ? Child.run(part, settings)
        : new Outcome(part, Status.SKIPPED, 0, missing, List.of());
  }

  /** Returns why the backend cannot run here, and what to do, or null. */
  private @Nullable String missing() {
    for (var probe : Backends.probeAll()) {
      if (probe.name().equals(backend)) {
        return probe.availability() instanceof Unavailable no
            ? "not available: " + no.reason() + ". Remedy: " + no.remedy()
            : null;
      }
    }
    return "expected one of "
        + Backends.probeAll().stream().map(Backends.Probe::name).toList()
        + ", got "
        + backend;
  }
}
