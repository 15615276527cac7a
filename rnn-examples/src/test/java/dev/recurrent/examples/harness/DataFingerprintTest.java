package dev.recurrent.examples.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.examples.tasks.Classify;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

class DataFingerprintTest {
  @TempDir private Path folder;
  private Path data;

  @BeforeEach
  void write() throws IOException {
    data = Files.createDirectory(folder.resolve("data"));
    Files.writeString(data.resolve("a.txt"), "one\ntwo\n");
    Files.writeString(data.resolve("b.txt"), "three\n");
  }

  private static ParseResult parsed(Path place) {
    return new CommandLine(new Classify()).parseArgs("--data", place.toString());
  }

  private static String of(Path place) throws IOException {
    return DataFingerprint.of(parsed(place));
  }

  @Test
  void aCopyElsewhereIsTheSame() throws IOException {
    var copy = Files.createDirectory(folder.resolve("copy"));
    Files.copy(data.resolve("b.txt"), copy.resolve("b.txt"));
    Files.copy(data.resolve("a.txt"), copy.resolve("a.txt"));
    assertEquals(of(data), of(copy));
    assertEquals(of(data), of(folder.resolve("copy").resolve("../data")));
    assertEquals(
        of(data.resolve("a.txt")),
        of(Files.copy(data.resolve("a.txt"), folder.resolve("moved.txt"))));
  }

  @Test
  void aLinkIsWhatItPointsTo() throws IOException {
    var whole = of(data);
    assertEquals(whole, of(Files.createSymbolicLink(folder.resolve("link"), data)));
    var linked = Files.createDirectory(folder.resolve("linked"));
    Files.createSymbolicLink(linked.resolve("sub"), data);
    var before = of(linked);
    Files.writeString(data.resolve("a.txt"), "one\nTWO\n");
    assertNotEquals(before, of(linked));
    assertNotEquals(whole, of(folder.resolve("link")));
  }

  @Test
  void aLinkToAFolderAboveIsNamed() throws IOException {
    Files.createSymbolicLink(data.resolve("up"), folder);
    var e = assertThrows(IOException.class, () -> of(data));
    assertTrue(e.getMessage().contains("a link to one above it"), e.getMessage());
  }

  @Test
  void anotherNameWithinAFolderOrAnotherCutIsAnotherFingerprint() throws IOException {
    var before = of(data);
    Files.move(data.resolve("b.txt"), data.resolve("c.txt"));
    assertNotEquals(before, of(data)); // another class
    Files.move(data.resolve("c.txt"), data.resolve("b.txt"));
    assertEquals(before, of(data));
    Files.writeString(data.resolve("a.txt"), "one\n");
    Files.writeString(data.resolve("b.txt"), "two\nthree\n"); // the same bytes in all
    assertNotEquals(before, of(data));
  }

  @Test
  void labelsOfImagesCount() throws IOException {
    var images = Files.writeString(folder.resolve("train-images-idx3-ubyte"), "images");
    var labels = folder.resolve("train-labels-idx1-ubyte");
    var without = of(images);
    Files.writeString(labels, "1");
    var one = of(images);
    Files.writeString(labels, "2");
    assertNotEquals(without, one);
    assertNotEquals(one, of(images));
  }

  @Test
  void thatOfAnEarlierVersionStillFits() throws IOException {
    // printf 'one\ntwo\nthree\n' | sha256sum
    var earlier = "b6285c57e8797db5d4c51c80d6f11938afda9b11c6a003549709189e9b4b92a2";
    assertTrue(DataFingerprint.fits(earlier, parsed(data)));
    Files.writeString(data.resolve("b.txt"), "four\n");
    assertFalse(DataFingerprint.fits(earlier, parsed(data)));
    assertTrue(DataFingerprint.fits(of(data), parsed(data)));
  }
}
