package dev.recurrent.data;

import static dev.recurrent.data.DataFiles.assertRefused;
import static dev.recurrent.data.DataFiles.write;
import static dev.recurrent.data.DataFiles.writeBytes;
import static dev.recurrent.data.DataFiles.writeGzip;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextFileTest {
  @TempDir Path folder;

  @Test
  void linesEndAtLineFeedsOnlyAndLoseOneCarriageReturn() throws IOException {
    Path file = write(folder.resolve("a.txt"), "a\u0085b\r\n\u2028\n\nc\rd\r\r\ne\r");
    assertEquals(
        List.of("a\u0085b", "\u2028", "", "c\rd\r", "e\r"), TextFile.lines(file, Rows.failing()));
    assertEquals("a\u0085b\n\u2028\n\nc\rd\r\ne\r", TextFile.text(file));
  }

  @Test
  void lineOfAStreamIsThereBeforeTheNextOneComes() throws IOException {
    try (var source = new PipedOutputStream();
        var in = new PipedInputStream(source)) {
      var lines = Lines.of(Path.of("standard input"), in);
      for (String line : List.of("\ufeffa", "", "é\r")) {
        source.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        assertTrue(lines.next());
        assertEquals(line.replaceAll("[\ufeff\r]", ""), lines.text());
      }
      source.write(new byte[] {(byte) 0xff, '\n'});
      assertTrue(lines.next());
      assertEquals("standard input:4:1", lines.place(1).toString());
      assertThrows(DataException.class, lines::text);
    }
  }

  @Test
  void anEmptyFileHasNoLines() throws IOException {
    Path file = write(folder.resolve("a.txt"), "");
    assertEquals(List.of(), TextFile.lines(file, Rows.failing()));
    assertEquals("", TextFile.text(file));
    write(file, "\n");
    assertEquals(List.of(""), TextFile.lines(file, Rows.failing()));
    assertEquals("\n", TextFile.text(file));
  }

  @Test
  void dropsAByteOrderMarkAtTheStartOnly() throws IOException {
    Path file = write(folder.resolve("a.txt"), "\ufeffa\n\ufeffb");
    assertEquals(List.of("a", "\ufeffb"), TextFile.lines(file, Rows.failing()));
  }

  @Test
  void aByteOrderMarkAloneIsAnEmptyFile() throws IOException {
    Path file = write(folder.resolve("a.txt"), "\ufeff");
    assertEquals(List.of(), TextFile.lines(file, Rows.failing()));
    write(file, "\ufeff\n\ufeff");
    assertEquals(List.of("", "\ufeff"), TextFile.lines(file, Rows.failing()));
  }

  @Test
  void refusesUtf16AsAWhole() throws IOException {
    for (var charset : List.of(StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE)) {
      Path file = Files.write(folder.resolve("a.txt"), "\ufeffa\nb\n".getBytes(charset));
      assertRefused(
          folder,
          "a.txt:1:1: expected UTF-8, got UTF-16",
          () -> TextFile.lines(file, Rows.skipping()));
    }
  }

  @Test
  void readsGzipWhateverTheName() throws IOException {
    for (String name : List.of("a.txt.gz", "a.txt")) {
      Path file = writeGzip(folder.resolve(name), "é\r\nb");
      assertEquals(List.of("é", "b"), TextFile.lines(file, Rows.failing()));
    }
  }

  @Test
  void readsLinesLongerThanAnyBuffer() throws IOException {
    for (int length : new int[] {255, 256, 257, (1 << 16) - 1, 1 << 16, 200_003}) {
      String line = "é".repeat(length);
      Path file = write(folder.resolve("a.txt"), line + "\r\n" + line);
      assertEquals(List.of(line, line), TextFile.lines(file, Rows.failing()));
    }
  }

  @Test
  void refusesBytesThatAreNotUtf8AtTheirPlace() throws IOException {
    Path file =
        writeBytes(folder.resolve("a.txt"), "ok\n\u00c3\u00a9\u00c3\u00a9 caf\u00e9\nend\n");
    var failure =
        assertRefused(
            folder,
            "a.txt:2:7: expected UTF-8, got the byte 0xE9",
            () -> TextFile.lines(file, Rows.failing()));
    assertEquals(file, failure.file());
    assertEquals(2, failure.line());
    assertEquals(7, failure.column());
    assertRefused(
        folder, "a.txt:2:7: expected UTF-8, got the byte 0xE9", () -> TextFile.text(file));
    var rows = Rows.skipping();
    assertEquals(List.of("ok", "end"), TextFile.lines(file, rows));
    assertEquals(1, rows.skipped());
  }

  @Test
  void refusesCutAndOverlongUtf8() throws IOException {
    for (String bytes : List.of("\u00c3", "\u00c0\u0080", "\u00ed\u00a0\u0080", "\u00ff\u00fea")) {
      Path file = writeBytes(folder.resolve("a.txt"), bytes);
      var failure = assertThrows(DataException.class, () -> TextFile.text(file));
      assertEquals(new Place(file, 1, 1), failure.place());
    }
  }

  @Test
  void refusesDamagedGzip() throws IOException {
    Path file = writeGzip(folder.resolve("a.gz"), "abc\n".repeat(10_000));
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 9));
    assertRefused(
        folder,
        "a.gz: expected complete data compressed by gzip, got a file that is cut short",
        () -> TextFile.lines(file, Rows.skipping()));
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 3));
    assertRefused(
        folder,
        "a.gz: expected complete data compressed by gzip, got a file that is cut short",
        () -> TextFile.text(file));
    write(file, "abc");
    assertRefused(
        folder,
        "a.gz: expected data compressed by gzip, got other data",
        () -> TextFile.text(file));
  }

  @Test
  void refusesAFolderAndAMissingFile() {
    assertRefused(
        folder.getParent(),
        folder.getFileName() + ": expected a file, got a folder",
        () -> TextFile.text(folder));
    assertThrows(NoSuchFileException.class, () -> TextFile.text(folder.resolve("none")));
  }

  @Test
  void skippedRowsAreCountedAndTheFirstReported() throws IOException {
    Path file =
        writeBytes(folder.resolve("a.txt"), String.join("\n", Collections.nCopies(7, "\u00ff")));
    var rows = Rows.skipping();
    assertEquals(List.of(), TextFile.lines(file, rows));
    assertEquals(7, rows.skipped());
    assertEquals(5, rows.messages().size());
    assertEquals(
        """
        skipped 7 bad rows
          a.txt:1:1: expected UTF-8, got the byte 0xFF
          a.txt:2:1: expected UTF-8, got the byte 0xFF
          a.txt:3:1: expected UTF-8, got the byte 0xFF
          a.txt:4:1: expected UTF-8, got the byte 0xFF
          a.txt:5:1: expected UTF-8, got the byte 0xFF
          and 2 more\
        """,
        rows.report().replace(folder + "/", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ISO-8859-1", "windows-1252", "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32"})
  void fileOfAnotherEncodingIsReadIfThatIsNamed(String name) throws IOException {
    var charset = Charset.forName(name);
    var expected = List.of("é", "b£", name.startsWith("UTF") ? "\u0a0a" : "ü");
    var bytes = String.join("\n", expected).getBytes(charset);
    Path file = Files.write(folder.resolve("a.txt"), bytes);
    assertEquals(expected, TextFile.lines(file, Rows.failing().in(charset)));
    var refused = assertThrows(DataException.class, () -> TextFile.lines(file, Rows.failing()));
    assertEquals(Set.of(DataException.Remedy.ENCODING), refused.remedies());
  }

  @Test
  void byteThatIsNotOfTheNamedEncodingIsRefused() throws IOException {
    Path file = writeBytes(folder.resolve("a.txt"), "ab\u0081\n");
    assertRefused(
        folder,
        "a.txt:1:3: expected windows-1252, got the byte 0x81",
        () -> TextFile.lines(file, Rows.failing().in(Charset.forName("windows-1252"))));
    write(file, "\ufeffa\n");
    assertRefused(
        folder,
        "a.txt:1:1: expected ISO-8859-1, got UTF-8",
        () -> TextFile.lines(file, Rows.failing().in(StandardCharsets.ISO_8859_1)));
    writeBytes(file, "\u00d8\u0000a");
    assertRefused(
        folder,
        "a.txt: expected UTF-16LE, got bytes that are not",
        () -> TextFile.lines(file, Rows.failing().in(StandardCharsets.UTF_16LE)));
  }
}
