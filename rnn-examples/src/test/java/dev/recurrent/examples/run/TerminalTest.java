package dev.recurrent.examples.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Help.Ansi;

class TerminalTest {
  @Test
  void lineNeverFillsTheTerminalSoThatItDoesNotWrap() {
    assertEquals("epoch 1/3 ▎ loss 3.", printed("20"));
    assertEquals("epo", printed("4"));
    for (var unknown : new String[] {"0", "many", null}) {
      assertEquals(79, printed(unknown).length());
    }
  }

  private static String printed(@Nullable String columns) {
    var bytes = new ByteArrayOutputStream();
    new TerminalLine(new PrintStream(bytes, true, UTF_8), columns)
        .accept("epoch 1/3 ▎ loss 3.141" + "5".repeat(100));
    return bytes.toString(UTF_8).substring(1);
  }

  @Test
  void noEscapesWhereTheUserOrTheTerminalWantsNone() {
    assertEquals(Ansi.OFF, Colors.of(Map.of("NO_COLOR", "1", "TERM", "xterm")));
    assertEquals(Ansi.OFF, Colors.of(Map.of("TERM", "dumb")));
    assertEquals(Ansi.AUTO, Colors.of(Map.of("NO_COLOR", "", "TERM", "xterm")));
  }
}
