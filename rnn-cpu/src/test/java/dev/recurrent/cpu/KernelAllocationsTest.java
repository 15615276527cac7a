package dev.recurrent.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Checks that no kernel of the catalogue boxes vectors: a boxed one is 80 bytes and more, and a
 * call has thousands. Runs in a virtual machine of its own, as a user's program would: what other
 * tests have run before changes what C2 compiles.
 */
@Tag("lanes")
class KernelAllocationsTest {
  /** A training call makes a few views of matrices; boxed vectors would be megabytes. */
  private static final long MOST_BYTES_OF_TRAINING = 20_000;

  @Test
  void stepAllocatesNothingAndTrainingBoxesNoVector() throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("-XX:MaxVectorSize"))
        .forEach(command::add);
    command.add("--add-modules=jdk.incubator.vector");
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(KernelAllocations.class.getName());
    var process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    var lines = output.lines().toList();
    assertEquals(Cells.all().size(), lines.size(), output);
    for (var line : lines) {
      var fields = line.split(" ");
      assertEquals(0, Long.parseLong(fields[1]), "bytes of a step: " + line);
      assertTrue(
          Long.parseLong(fields[2]) <= MOST_BYTES_OF_TRAINING, "bytes of a training call: " + line);
    }
  }
}
