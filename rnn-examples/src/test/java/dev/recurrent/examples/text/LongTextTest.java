package dev.recurrent.examples.text;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.train.Bptt;
import dev.recurrent.train.TokenStreams;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads texts of one long line in a heap of few bytes for each character. */
final class LongTextTest {
  private static final int STREAMS = 64;

  @TempDir private Path folder;

  /** Writes one line of random words, without an end. */
  private Path write(int characters) throws IOException {
    var random = new SplittableRandom(1);
    var text = new byte[characters];
    for (int i = 0; i < characters; i++) {
      text[i] = (byte) (random.nextInt(6) == 0 ? ' ' : 'a' + random.nextInt(26));
    }
    return Files.write(folder.resolve("line.txt"), text);
  }

  /** Runs a main class in a Java of its own, and returns what it printed. */
  private String java(String heap, Class<?> main, List<String> arguments) throws Exception {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                classPath(),
                main.getName()));
    command.addAll(arguments);
    var out = folder.resolve("out.txt");
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    int status = process.waitFor();
    var printed = Files.readString(out, StandardCharsets.UTF_8);
    assertEquals(0, status, printed);
    return printed;
  }

  /** Returns the class path of this test, which the launcher may have given to a loader alone. */
  private static String classPath() throws URISyntaxException {
    if (!(LongTextTest.class.getClassLoader() instanceof URLClassLoader loader)) {
      return System.getProperty("java.class.path");
    }
    var places = new ArrayList<String>();
    for (var url : loader.getURLs()) {
      places.add(Path.of(url.toURI()).toString());
    }
    return String.join(File.pathSeparator, places);
  }

  /** Does what a run does before its first update, and prints how many tokens an epoch has. */
  static final class Preparation {
    private Preparation() {}

    public static void main(String[] arguments) throws IOException {
      var parts =
          Text.read(Path.of(arguments[0]), US_ASCII).split(TokenKind.CHARACTER, 0.9, 0.1, 0);
      var rule = new TextCode.Rule(TokenKind.CHARACTER, 1, 0);
      var code = TextCode.learn(rule, List.of(parts.get(0).getFirst(), parts.get(1).getFirst()));
      var streams =
          TokenStreams.of(code.encode(parts.getFirst().getFirst()), STREAMS).windows(STREAMS);
      var batch = streams.batch(0, 0);
      var window = Bptt.truncated(STREAMS).window(1, batch.steps());
      var tokens = batch.inputs().window(window.from(), window.to()).packedTokens();
      System.out.println(streams.targets() + " " + tokens.length);
    }
  }

  @Test
  void characterTakesEightBytesOfHeapAtMost() throws Exception {
    int characters = 10_000_000;
    var file = write(characters);
    var printed = java((8 * characters >> 20) + 16 + "m", Preparation.class, List.of(file + ""));
    long targets = (long) (0.9 * characters - 1) / STREAMS / STREAMS * STREAMS * STREAMS;
    assertTrue(printed.contains(targets + " " + STREAMS * STREAMS), printed);
  }

  @Tag("reliability")
  @Test
  void hundredMegabytesInOneLineTrainInAHeapOfOneGigabyte() throws Exception {
    var file = write(100_000_000);
    var main = Class.forName("dev.recurrent.examples.Main");
    var options =
        "train text --hidden 8 --embed 4 --layers 1 --batch 2048 --seq 32 --epochs 1"
            + " --data %s --out %s/run".formatted(file, folder);
    var printed = java("1g", main, List.of(options.split(" ", -1)));
    assertTrue(printed.contains("best     epoch 1"), printed);
  }
}
