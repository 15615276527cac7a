package dev.recurrent.examples;

import dev.recurrent.examples.conformance.Conformance;
import dev.recurrent.examples.run.BackendChoice;
import dev.recurrent.examples.run.Numbers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks a backend against numbers that another implementation computed. */
@Command(
    name = "verify",
    header = "Checks a backend against numbers that another implementation computed.",
    synopsisHeading = "%nUsage: ",
    description = {
      "",
      "Runs every case (*.safetensors) of a folder and compares with the numbers in it. A case"
          + " passes when each of its tensors is within 2e-5 max(1, max |expected|)."
    },
    optionListHeading = "%nOptions:%n",
    footer = {"", "The exit status is 1 if a case failed or was not understood."},
    abbreviateSynopsis = true,
    sortOptions = false)
final class VerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--cases",
      required = true,
      paramLabel = "DIR",
      description = "Folder of the cases. Required.")
  private Path folder;

  @Mixin private BackendChoice backends;

  @Override
  public Integer call() throws IOException {
    var cases = Conformance.cases(folder);
    var out = spec.commandLine().getOut();
    int failed = 0;
    try (var backend = backends.open(spec)) {
      out.println("backend: " + backend.device());
      int width = cases.stream().mapToInt(c -> c.getFileName().toString().length()).max().orElse(0);
      String row = "%-" + Math.max(8, width - ".safetensors".length()) + "s  %-12s  %s";
      out.println(Numbers.format(row, "case", "worst error", "verdict"));
      var conformance = new Conformance(backend);
      for (var file : cases) {
        var verdict = conformance.run(file);
        failed += verdict.passed() ? 0 : 1;
        out.println(
            Numbers.format(
                row,
                verdict.name(),
                Double.isNaN(verdict.worst()) ? "-" : Numbers.format("%.2e", verdict.worst()),
                verdict.passed() ? "passed" : "FAILED: " + verdict.problem()));
        out.flush();
      }
    }
    out.println(Numbers.format("%d passed, %d failed", cases.size() - failed, failed));
    return failed == 0 ? 0 : 1;
  }
}
