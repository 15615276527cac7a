package dev.recurrent.data;

import static dev.recurrent.data.DataFiles.assertRefused;
import static dev.recurrent.data.DataFiles.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PianoRollsTest {
  @TempDir Path folder;

  private Map<String, List<int[][]>> read(String json, Rows rows) throws IOException {
    return PianoRolls.read(write(folder.resolve("a.json"), json), rows);
  }

  @Test
  void readsPartsOfPieces() throws IOException {
    var parts = read("{\"train\": [[[60, 64], []], [[-1, 21]]], \"test\": []}", Rows.failing());
    assertEquals(List.of("train", "test"), List.copyOf(parts.keySet()));
    var train = parts.getOrDefault("train", List.of());
    assertEquals(2, train.size());
    assertArrayEquals(new int[][] {{60, 64}, {}}, train.get(0));
    assertArrayEquals(new int[][] {{21}}, train.get(1));
  }

  @Test
  void listOfPiecesIsOnePart() throws IOException {
    var parts = read("[[[108]]]", Rows.failing());
    assertEquals(List.of(PianoRolls.WHOLE), List.copyOf(parts.keySet()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[[[20]]]| 1:4: expected a MIDI pitch of a piano, 21 to 108, or -1 for silence, got \"20\"",
        "[[[109]]]| 1:4: expected a MIDI pitch of a piano, 21 to 108, or -1 for silence, got"
            + " \"109\"",
        "[[[60.5]]]| 1:4: expected a MIDI pitch, a whole number, got \"60.5\"",
        "[[60]]| 1:3: expected a step, a list of MIDI pitches, got \"60\"",
        "[[]]| 1:3: expected a piece of at least one step, got \"]\"",
        "{\"a\": 1}| 1:7: expected a list of pieces, got \"1\"",
        "7| 1:1: expected a list of pieces, or an object of such lists, got \"7\"",
        "[] []| 1:4: expected the end of the file, got \"[\"",
        "[[[2147483648]]]| 1:4: expected a MIDI pitch of a piano, 21 to 108, or -1 for silence, got"
            + " \"2147483648\"",
        "[7]| 1:2: expected a piece, a list of steps, got \"7\"",
        "{\"é😀\": [[[20]]]}| 1:11: expected a MIDI pitch of a piano, 21 to 108, or -1 for silence,"
            + " got \"20\""
      })
  void whatIsNoPieceIsRefusedWithItsPlace(String json, String message) {
    assertRefused(folder, "a.json:" + message, () -> read(json, Rows.failing()));
  }

  @Test
  void brokenJsonIsRefusedWithItsPlace() {
    var failure =
        org.junit.jupiter.api.Assertions.assertThrows(
            DataException.class, () -> read("[[[60],\n[6", Rows.skipping()));
    assertEquals(2, failure.line());
    assertTrue(String.valueOf(failure.getMessage()).contains("expected JSON"), failure::getMessage);
  }

  @Test
  void stepIsAListOfPitches() throws IOException {
    var place = new Place(Path.of("standard input"), 3, 1);
    assertArrayEquals(new int[] {60, 64}, PianoRolls.step(place, "[60, -1, 64]"));
    assertArrayEquals(new int[0], PianoRolls.step(place, " []"));
    assertStepRefused("3:6: expected a MIDI pitch of a piano", "[60, 7]");
    assertStepRefused("3:1: expected a step, a list of MIDI pitches, got \"60\"", "60");
    assertStepRefused("3:6: expected the end of the line", "[60] [61]");
    assertStepRefused("3:4: expected JSON", "[60");
  }

  private static void assertStepRefused(String message, String line) {
    var place = new Place(Path.of("standard input"), 3, 1);
    var refused =
        org.junit.jupiter.api.Assertions.assertThrows(
            DataException.class, () -> PianoRolls.step(place, line));
    assertTrue(
        String.valueOf(refused.getMessage()).startsWith("standard input:" + message),
        refused::getMessage);
  }

  @Test
  void columnsOfBrokenJsonCountCodePoints() {
    assertRefused(
        folder,
        "a.json:2:6: expected JSON, got the unknown word \"x\"",
        () -> read("{\n\"😀\": x}", Rows.failing()));
  }

  @Test
  void whatIsBeyondTheParsersLimitsIsRefusedWithItsPlace() {
    var failure =
        org.junit.jupiter.api.Assertions.assertThrows(
            DataException.class,
            () -> read("[[[60],\n[" + "9".repeat(2000) + "]]]", Rows.skipping()));
    assertEquals("2:2", failure.line() + ":" + failure.column());
  }

  @Test
  void onlyLineFeedsEndLines() {
    assertRefused(
        folder,
        "a.json:2:3: expected a list of pieces, or an object of such lists, got \"7\"",
        () -> read("\r\n\r 7", Rows.failing()));
  }

  @Test
  void placesAreRightFarInsideALongLine() throws IOException {
    var rows = Rows.skipping();
    var json = "[" + "[[60]],".repeat(20_000) + "[[7]],[[8]],\n[[9]]]";
    assertEquals(20_000, read(json, rows).getOrDefault(PianoRolls.WHOLE, List.of()).size());
    assertEquals(
        List.of("1:140004", "1:140010", "2:3"),
        rows.messages().stream()
            .map(message -> message.replaceFirst(".*a.json:(\\d+:\\d+): .*", "$1"))
            .toList());
  }

  @Test
  void whatIsNoPieceCanBeSkipped() throws IOException {
    var rows = Rows.skipping();
    var json = "[7, {\"a\": [1]}, [[2147483648, [1]]], [[99999999999999999999]], null, [[60]]]";
    var pieces = read(json, rows).getOrDefault(PianoRolls.WHOLE, List.of());
    assertEquals(5, rows.skipped());
    assertEquals(1, pieces.size());
    assertArrayEquals(new int[][] {{60}}, pieces.getFirst());
  }

  @Test
  void skippingLeavesOutThePieceAsAWhole() throws IOException {
    var rows = Rows.skipping();
    var parts = read("[[[60], [\"x\", [1]], [61]], [], [[62]], [7, [[63]]]]", rows);
    assertEquals(3, rows.skipped());
    var pieces = parts.getOrDefault(PianoRolls.WHOLE, List.of());
    assertEquals(1, pieces.size());
    assertArrayEquals(new int[][] {{62}}, pieces.getFirst());
  }
}
