package dev.recurrent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.recurrent.examples.run.ChildJava;
import java.io.File;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputTest {
  @Test
  void outputThatCannotBeWrittenIsAFailure() throws Exception {
    var full = new File("/dev/full");
    assumeTrue(full.exists(), "this system has no /dev/full, on which nothing can be written");
    var process = help().redirectOutput(full).start();
    var err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertEquals(1, process.waitFor(), err);
    assertTrue(err.contains("rnn: standard output could not be written: "), err);
  }

  @Test
  void readerThatGoesAwayIsNone() throws Exception {
    var process = help().start();
    process.getInputStream().close();
    var err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), err);
    assertFalse(err.contains("rnn:"), err);
  }

  private static ProcessBuilder help() throws IOException {
    return new ProcessBuilder(ChildJava.command(List.of(), Main.class, List.of("--help")));
  }

  @Test
  void valueThatStartsWithAnAtSignIsAValue() throws IOException {
    var file = File.createTempFile("arguments", ".txt");
    try {
      java.nio.file.Files.writeString(file.toPath(), "--version");
      var run = CommandLineRun.of("predict", "--model", "@" + file);
      assertEquals(1, run.status(), run::toString);
      assertTrue(run.err().contains("@" + file + ": expected the folder of a run"), run::err);
    } finally {
      assertTrue(file.delete());
    }
  }
}
