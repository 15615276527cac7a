package dev.recurrent.examples.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.score.Measures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScoreByLengthTest {
  @TempDir private Path folder;

  private static ScoreByLength scores(int... lengths) {
    var hits = List.of(new double[] {1, 1}, new double[] {0, 1}, new double[] {1, 2});
    return ScoreByLength.of(Measures.ACCURACY, lengths, hits, 3, 6, 9);
  }

  @Test
  void eachGroupHasTheExamplesOfItsLengths() throws IOException {
    var file = folder.resolve("a.csv");
    scores(0, 3, 10).write(file);
    assertEquals(
        List.of("length,examples,score,low,high", "1-3,2,0.5000,0.0000,1.0000"),
        Files.readAllLines(file).subList(0, 2));
    assertEquals("10+,1,0.5000,0.5000,0.5000", Files.readAllLines(file).get(2));
    scores(4, 6, 7).write(file);
    assertEquals(
        List.of("4-6,2,0.5000,0.0000,1.0000", "7-9,1,0.5000,0.5000,0.5000"),
        Files.readAllLines(file).subList(1, 3));
  }

  @Test
  void tableIsReadAsItWasWritten() throws IOException {
    var file = folder.resolve("a.csv");
    scores(1, 5, 20).write(file);
    var read = ScoreByLength.read(Measures.ACCURACY, file);
    var printed = new StringWriter();
    read.print(new PrintWriter(printed, true));
    assertTrue(printed.toString().contains("4-6    accuracy 0.00 (95 %"), printed.toString());
    var again = folder.resolve("b.csv");
    read.write(again);
    assertEquals(Files.readString(file), Files.readString(again));
  }

  @Test
  void fileOfAnotherKindIsRefused() throws IOException {
    for (var text : List.of("", "a,b\n", "length,examples,score,low,high\n1-3,x\n")) {
      var file = Files.writeString(folder.resolve("a.csv"), text);
      var refused =
          assertThrows(IOException.class, () -> ScoreByLength.read(Measures.ACCURACY, file));
      assertTrue(String.valueOf(refused.getMessage()).contains("a.csv: expected"), text);
    }
  }

  @Test
  void runsAreDrawnBesideEachOther() throws IOException {
    var runs = new LinkedHashMap<String, ScoreByLength>();
    runs.put("one", scores(1, 5, 20));
    runs.put("other", scores(1, 5, 8));
    var file = folder.resolve("a.png");
    ScoreByLength.draw(runs, file);
    assertTrue(Files.size(file) > 1000);
  }
}
