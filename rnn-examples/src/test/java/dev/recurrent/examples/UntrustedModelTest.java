package dev.recurrent.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.io.SafeTensors;
import dev.recurrent.io.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model file may be anybody's: nothing in it makes a command read another file or run long. */
@Timeout(60)
final class UntrustedModelTest {
  private static final String SECRET = "the-content-of-another-file";

  @TempDir private static Path folder;
  private static Path secret;
  private static Path input;
  private static Map<String, TensorData> tensors;
  private static Map<String, String> metadata;

  @BeforeAll
  static void train() throws IOException {
    secret = Files.writeString(folder.resolve("secret"), SECRET + "\n");
    input = Files.writeString(folder.resolve("input.txt"), "tweewit\n");
    var run = folder.resolve("run");
    var trained =
        CommandLineRun.of(
            "train", "classify", "--quick", "--epochs", "1", "--hidden", "5", "--out", run + "");
    assertTrue(Files.exists(run.resolve("best.safetensors")), trained.toString());
    var file = SafeTensors.read(run.resolve("best.safetensors"));
    metadata = new HashMap<>(file.metadata());
    metadata.keySet().removeIf(key -> key.contains("crc32c")); // as whoever forges one does
    tensors = new LinkedHashMap<>();
    for (var name : file.names()) {
      tensors.put(name, TensorData.of(file.floats(name), file.shape(name)));
    }
  }

  @Test
  void whatIsNotForgedPredicts() throws IOException {
    var run = predict(Map.of());
    assertEquals(0, run.status(), run.toString());
  }

  @Test
  void theModelNamesNoFileOfTheMachineThatTrainedIt() throws IOException {
    var names = Files.createDirectory(folder.resolve("names"));
    Files.writeString(names.resolve("a.txt"), "aaa\naab\nabb\n".repeat(9));
    Files.writeString(names.resolve("b.txt"), "zzz\nyzz\nyyz\n".repeat(9));
    var run = folder.resolve("named");
    CommandLineRun.of(
        "train", "classify", "--epochs", "1", "--data", names + "", "--out", run + "");
    var model = SafeTensors.read(run.resolve("best.safetensors"));
    assertFalse(model.metadata().toString().contains(folder.toString()));
    assertTrue(model.metadata().containsKey("arguments"));
  }

  @Test
  void noArgumentIsExpandedFromAFile() throws IOException {
    for (var argument :
        List.of("@" + secret, "@/dev/zero", "--hidden=@" + secret, "--cell=@" + secret)) {
      var run = predict(Map.of("arguments", "[\"" + argument + "\"]"));
      assertRefused(run);
      assertFalse(run.toString().contains(SECRET), run.toString());
    }
  }

  @Test
  void argumentsThatAreNoOptionsOfTheTaskAreNamed() throws IOException {
    for (var arguments :
        List.of(
            "[null]",
            "[\"a\"]",
            "[\"\"]",
            "[1]",
            "{}",
            "null",
            "\"--quick\"",
            "[[\"--quick\"]]",
            "[\"--quick\"",
            "[\"--quick\"] x",
            "",
            "[".repeat(100_000),
            "[" + "9".repeat(100_000) + "]",
            "[\"--help\"]",
            "[\"--version\"]",
            "[\"--debug\"]",
            "[\"--quick=1\"]",
            "[\"--hidden\"]",
            "[\"--hidden\",\"5\"]",
            "[\"--out=/tmp/x\"]",
            "[\"--resume=/tmp/x\"]",
            "[\"--backend=none\"]",
            "[\"--cell=\\u001b[2J\"]",
            "[\"--beam=4\"]",
            "[\"--hidden=" + "9".repeat(100_000) + "\"]")) {
      var run = predict(Map.of("arguments", arguments));
      assertRefused(run);
      assertFalse(run.err().contains("\u001b"), run.err());
      assertTrue(run.err().length() < 1500, run.err());
    }
  }

  @Test
  void sizesThatTheTensorsDoNotHaveAreRefusedBeforeAnythingIsMade() throws IOException {
    for (var argument :
        List.of(
            "--layers=100000",
            "--layers=2147483647",
            "--hidden=1073741824",
            "--hidden=100000",
            "--embed=2147483647",
            "--hidden=-1",
            "--hidden=0",
            "--dropout=NaN",
            "--dropout=1",
            "--seed=x",
            "--decay=steep",
            "--cell=cell",
            "--memory=2000000000")) {
      assertRefused(predict(Map.of("arguments", "[\"--quick\",\"" + argument + "\"]")));
    }
  }

  @Test
  void factsThatAreNoneAreRefused() throws IOException {
    for (var fact :
        List.of(
            Map.of("fact.characters", ""),
            Map.of("fact.characters", "a\na\n"),
            Map.of("fact.characters", "a"),
            Map.of("fact.characters", "\\x\n"),
            Map.of("fact.classes", ""),
            Map.of("fact.classes", "x\n".repeat(2)),
            Map.of("task", "forecast"),
            Map.of("task", "music"),
            Map.of("task", "nothing"),
            Map.of("task", ""),
            Map.of("recurrent.layer.recurrent", "Recurrent{}"),
            Map.of("recurrent.equations.recurrent", "1 weight_input(a) 0000000000000000"))) {
      assertRefused(predict(fact));
    }
  }

  /** Files of earlier versions name the data that trained. */
  @Test
  void filesThatTheArgumentsNameAreNotOpened() throws IOException {
    var arguments = "[\"--quick\",\"--hidden=5\",\"--data=/nowhere\",\"--validation=/dev/zero\"]";
    var run = predict(Map.of("arguments", arguments));
    assertEquals(0, run.status(), run.toString());
  }

  private static CommandLineRun predict(Map<String, String> forged) throws IOException {
    var file = folder.resolve("forged.safetensors");
    var all = new HashMap<>(metadata);
    all.putAll(forged);
    SafeTensors.write(file, tensors, all);
    return CommandLineRun.of("predict", "--model", file + "", "--input", input + "");
  }

  private static void assertRefused(CommandLineRun run) {
    assertEquals(1, run.status(), run.toString());
    assertTrue(run.err().contains("forged.safetensors"), run.err());
    assertFalse(run.err().contains("internal error"), run.err());
    assertFalse(run.err().contains("--debug shows"), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }
}
