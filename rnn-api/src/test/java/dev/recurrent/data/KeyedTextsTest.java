package dev.recurrent.data;

import static dev.recurrent.data.DataFiles.assertRefused;
import static dev.recurrent.data.DataFiles.write;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyedTextsTest {
  @TempDir Path folder;

  @Test
  void theNumberOfATextIsNoPartOfItsKey() throws IOException {
    Path file = write(folder.resolve("a.txt"), "a.jpg#0\tA dog .\na.jpg.1#12\tTwo .\nb#x\tThree");
    assertEquals(
        List.of(
            new KeyedText("a.jpg", "A dog ."),
            new KeyedText("a.jpg.1", "Two ."),
            new KeyedText("b#x", "Three")),
        KeyedTexts.read(file, Rows.failing()));
  }

  @Test
  void aLineWithoutATabIsATextOfItsOwn() throws IOException {
    Path file = write(folder.resolve("a.txt"), "A dog #1\n\nb\tc\n");
    assertEquals(
        List.of(
            new KeyedText("A dog #1", "A dog #1"), new KeyedText("", ""), new KeyedText("b", "c")),
        KeyedTexts.read(file, Rows.failing()));
  }

  @Test
  void malformedLinesAreRefusedOrLeftOut() throws IOException {
    Path file =
        write(folder.resolve("a.txt"), "a#0\tone\n#1\ttwo\ncé#2\t \nd#3\tx\ty\ne#4\tfive\n");
    assertRefused(
        folder,
        "a.txt:2:1: expected a key before the tab, got none",
        () -> KeyedTexts.read(file, Rows.failing()));
    var rows = Rows.skipping();
    assertEquals(2, KeyedTexts.read(file, rows).size());
    assertEquals(3, rows.skipped());
    assertEquals(
        List.of(
            "a.txt:2:1: expected a key before the tab, got none",
            "a.txt:3:6: expected a text behind the tab, got none",
            "a.txt:4:6: expected KEY TAB text, got a second tab in \"d#3\\u0009x\\u0009y\""),
        rows.messages().stream().map(m -> m.replace(folder + "/", "")).toList());
  }
}
