package dev.recurrent.gpucheck;

import dev.recurrent.gpucheck.Outcome.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a part in a Java process of its own, so that it can neither hang nor take others along. */
final class Child {
  private Child() {}

  static Outcome run(Part part, Part.Settings settings) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.add("--enable-native-access=ALL-UNNAMED");
    for (var property : System.getProperties().stringPropertyNames()) {
      if (property.startsWith("rnn.") || property.equals("java.io.tmpdir")) {
        command.add("-D" + property + "=" + System.getProperty(property));
      }
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(part.command(settings));
    var file = Files.createTempFile("gpu-check", ".txt");
    try {
      long start = System.nanoTime();
      var process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(file.toFile())
              .redirectInput(ProcessBuilder.Redirect.PIPE)
              .start();
      process.getOutputStream().close();
      int extra = part == Part.SOAK ? settings.soakSeconds() : 0;
      boolean ended = process.waitFor(part.limit() + extra, TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly().waitFor();
      }
      double seconds = (System.nanoTime() - start) * 1e-9;
      var lines = Files.readString(file, StandardCharsets.UTF_8).lines().toList();
      var status =
          !ended ? Status.TIMED_OUT : process.exitValue() == 0 ? Status.PASSED : Status.FAILED;
      return new Outcome(part, status, seconds, lines.isEmpty() ? "" : lines.getLast(), lines);
    } finally {
      Files.delete(file);
    }
  }
}
