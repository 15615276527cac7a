package dev.recurrent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void helpNamesTheProgram() {
    assertEquals(0, execute("--help"));
    assertTrue(out.toString().startsWith("Usage: rnn"), out::toString);
  }

  @Test
  void versionNamesTheJavaThatRuns() {
    assertEquals(0, execute("--version"));
    assertTrue(out.toString().contains(Runtime.version().toString()), out::toString);
  }

  @Test
  void missingCommandIsWrongUsage() {
    assertEquals(2, execute());
    assertTrue(err.toString().startsWith("rnn: expected a command, got none"), err::toString);
  }

  @Test
  void defaultTextHoldsThisVerySource() throws IOException {
    try (var stream = Main.class.getResourceAsStream("default-text.txt")) {
      assertNotNull(stream, "default-text.txt");
      var text = new String(stream.readAllBytes(), UTF_8);
      assertTrue(text.contains("defaultTextHoldsThisVerySource"), "sources");
      assertTrue(text.contains("\n# Recurrent\n") || text.startsWith("# Recurrent\n"), "README");
    }
  }

  private int execute(String... args) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}
