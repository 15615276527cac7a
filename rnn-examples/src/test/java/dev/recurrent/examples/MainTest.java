package dev.recurrent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  @Test
  void helpNamesTheProgramAndItsCommands() {
    var run = CommandLineRun.of("--help");
    assertEquals(0, run.status());
    assertTrue(run.out().contains("Usage: rnn "), run::out);
    for (var command :
        new String[] {
          "train", "sample", "trace", "verify", "bench", "gradients", "context", "doctor"
        }) {
      assertTrue(run.out().contains("\n  " + command + " "), command);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train",
        "train text",
        "sample",
        "trace",
        "verify",
        "bench",
        "gradients",
        "context",
        "doctor"
      })
  void everyCommandHasAHelp(String command) {
    var run = CommandLineRun.ofLine(command + " --help");
    assertEquals(0, run.status(), run::err);
    assertTrue(run.out().contains("Usage: rnn " + command), run::out);
  }

  @Test
  void versionNamesTheJavaThatRuns() {
    var run = CommandLineRun.of("--version");
    assertEquals(0, run.status());
    assertTrue(run.out().contains(Runtime.version().toString()), run::out);
  }

  @Test
  void missingCommandIsWrongUsage() {
    var run = CommandLineRun.of();
    assertEquals(2, run.status());
    assertEquals("rnn: expected a command, got none (see ./rnn --help)", run.err().strip());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          foo                        | 'foo'
          train                      | expected a task, got none
          train text --hidden 0      | '--hidden': expected a whole number from 1 to 2147483647, got 0
          train text --lr nan        | '--lr': expected a number above 0, got nan
          train text --dropout 1     | '--dropout': expected a number in [0, 1), got 1
          train text --cell foo      | --cell: expected one of elman, elman-relu,
          train text --decay fast    | '--decay': expected none, cosine or a number above 0, got fast
          train text --hidden 8 --hidden 9 | option '--hidden' (N) should be specified only once
          train text --wrong         | '--wrong'
          sample                     | '--model=DIR'
          sample --model x --temperature -1 | '--temperature': expected a number of at least 0, got -1
          verify                     | '--cases=DIR'
          gradients --cells lstm,foo | '--cells' (NAME): expected one of elman-linear, elman,
          gradients --scale 1,0      | '--scale' (X): expected a number above 0, got 0
          gradients --steps 0        | '--steps': expected a whole number from 1
          context --gaps 5,1         | '--gaps' (N): expected a whole number from 2 to 1000, got 1
          context --updates 0        | '--updates': expected a whole number from 1
          bench --mode both          | '--mode': expected fwd or train, got both
          bench --precision fp8      | '--precision': expected fp32, tf32, bf16 or fp16, got fp8
          bench --threads 0          | '--threads': expected a whole number from 1
          """)
  void wrongArgumentGetsOneLineAndTheHelpsName(String line, String message) {
    var run = CommandLineRun.ofLine(line.strip());
    assertEquals(2, run.status());
    assertEquals(1, run.err().lines().count(), run::err);
    assertTrue(run.err().startsWith("rnn: "), run::err);
    assertTrue(run.err().contains(message.strip()), run::err);
    assertTrue(run.err().contains("(see ./rnn"), run::err);
    assertTrue(run.err().contains("--help)"), run::err);
  }

  @Test
  void cpuRefusesOtherPrecisionsThanFp32() {
    var run = CommandLineRun.ofLine("bench --backend cpu --precision BF16");
    assertEquals(1, run.status());
    assertTrue(
        run.err().startsWith("rnn: backend cpu: expected precision fp32, got bf16. Backends"),
        run::err);
  }

  @Test
  void errorIsOneLineAndWithDebugAStackTrace() {
    var run = CommandLineRun.ofLine("sample --model does-not-exist");
    assertEquals(1, run.status());
    assertEquals(
        "rnn: does-not-exist: expected the folder of a run with best.safetensors, which the first"
            + " epoch's end brings, got none",
        run.err().strip());
    var debug = CommandLineRun.ofLine("sample --model does-not-exist --debug");
    assertTrue(debug.err().contains("\tat "), debug::err);
  }

  @Test
  void unavailableBackendIsNamedWithReasonAndRemedy() {
    var run = CommandLineRun.ofLine("bench --backend nope");
    assertEquals(1, run.status());
    for (var expected : List.of("nope", "cuda", "cpu", "reference")) {
      assertTrue(run.err().contains(expected), run::err);
    }
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
}
