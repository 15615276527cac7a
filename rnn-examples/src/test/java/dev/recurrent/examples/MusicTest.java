package dev.recurrent.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.examples.made.MadeChorales;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Runs the model of polyphonic music on a user's own files. */
final class MusicTest {
  private static final String SMALL = " --epochs 1 --hidden 5 --batch 4 --continue 3";

  @TempDir private Path folder;

  private void write(String name, Object json) throws IOException {
    Files.write(folder.resolve(name), JsonMapper.shared().writeValueAsBytes(json));
  }

  private CommandLineRun run(String line) {
    return CommandLineRun.ofLine(line.replace("DIR", folder.toString()));
  }

  @Test
  void partsOfOneFileTrainValidateAndTest() throws IOException {
    var parts = new java.util.TreeMap<String, Object>();
    parts.put("train", MadeChorales.of(7, 1));
    parts.put("valid", MadeChorales.of(3, 2));
    parts.put("test", MadeChorales.of(2, 3));
    write("parts.json", parts);
    var train = run("train music --data DIR/parts.json --out DIR/run" + SMALL);
    assertEquals(0, train.status(), train::toString);
    assertTrue(train.out().contains("7 examples train, 3 validate, 2 test"), train::out);
    var score = train.out().lines().filter(line -> line.startsWith("score")).toList();
    var eval = run("eval --model DIR/run --data DIR/parts.json");
    assertTrue(eval.out().contains("2 examples"), eval::out);
    var again = eval.out().lines().filter(line -> line.startsWith("score")).toList();
    assertEquals(score.getFirst().split(";", -1)[0], again.getFirst());
    parts.remove("valid");
    write("two.json", parts);
    var two = run("train music --data DIR/two.json --out DIR/run2" + SMALL);
    assertTrue(two.err().contains("two.json: expected a part \"valid\", got"), two::err);
  }

  @Test
  void pieceGoesOnAndMalformedOnesAreNamed() throws IOException {
    write("pieces.json", MadeChorales.of(20, 1));
    var train = run("train music --data DIR/pieces.json --out DIR/run" + SMALL);
    assertEquals(0, train.status(), train::toString);
    assertTrue(train.out().contains("16 examples train, 2 validate, 2 test"), train::out);
    Files.writeString(folder.resolve("new.json"), "[[[60, 64]], [[], [61], [62]]]");
    var predict = run("predict --model DIR/run --input DIR/new.json --format jsonl");
    assertEquals(0, predict.status(), predict::toString);
    var lines = predict.out().lines().toList();
    assertEquals(2, lines.size(), predict::out);
    assertTrue(lines.get(1).contains("\"piece\":2,\"steps\":3,\"nats/step\":"), predict::out);
    var drawn = JsonMapper.shared().readTree(lines.get(1)).get("drawn").asString();
    assertEquals(3, drawn.split("\\|", -1).length, drawn);
    Files.writeString(folder.resolve("bad.json"), "[[[60]],\n [[200]]]");
    var bad = run("predict --model DIR/run --input DIR/bad.json");
    assertTrue(bad.err().contains("bad.json:2:4: expected a MIDI pitch"), bad::err);
    var skipping = run("predict --skip-bad --model DIR/run --input DIR/bad.json");
    assertEquals(2, skipping.out().lines().count(), skipping::out);
  }
}
