package dev.recurrent.bench.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/**
 * Says where and when a run was made.
 *
 * @param commit the commit of the working directory, with {@code +} where it has been changed
 */
public record Machine(
    String processor, int cores, String system, String jdk, String commit, String date) {

  /** Describes this machine. */
  public static Machine here() {
    return new Machine(
        processorName(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vendor") + " " + Runtime.version(),
        currentCommit(),
        LocalDate.now(ZoneOffset.UTC).toString());
  }

  private static String processorName() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch"); // not Linux
    }
  }

  private static String currentCommit() {
    var commit = output(List.of("git", "rev-parse", "--short=10", "HEAD"));
    var changes = output(List.of("git", "status", "--porcelain", "--untracked-files=no"));
    return commit.isEmpty() ? "unknown" : commit + (changes.isEmpty() ? "" : "+");
  }

  private static String output(List<String> command) {
    try {
      var process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      try (var in = process.getInputStream()) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
      }
    } catch (IOException e) {
      return ""; // no git
    }
  }
}
