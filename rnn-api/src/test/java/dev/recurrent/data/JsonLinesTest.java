package dev.recurrent.data;

import static dev.recurrent.data.DataFiles.assertRefused;
import static dev.recurrent.data.DataFiles.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesTest {
  @TempDir Path folder;

  @Test
  void readsAnObjectALine() throws IOException {
    Path file =
        write(folder.resolve("a.jsonl"), "{\"text\": \"a\\nb\u0085\", \"n\": 3}\r\n\n{\"n\": 2.5}");
    var rows = JsonLines.read(file, Rows.failing());
    assertEquals(2, rows.size());
    assertEquals("a\nb\u0085", rows.get(0).text("text"));
    assertEquals(3, rows.get(0).integer("n"));
    assertEquals(2.5, rows.get(1).number("n"));
    assertEquals(3, rows.get(1).place().line());
  }

  @Test
  void refusesWhatIsNotAnObject() throws IOException {
    assertSecondRefused("2:1: expected a JSON object, got \"[1]\"", "[1]");
    assertSecondRefused("2:1: expected a JSON object, got \"null\"", "null");
    for (String line :
        List.of("{\"a\":", "{\"a\":1} x", "{\"a\":1,\"a\":2}", "{'a':1}", "{\"a\":01}")) {
      var rows = Rows.skipping();
      Path file = write(folder.resolve("a.jsonl"), "{}\n" + line + "\n{}\n");
      assertEquals(2, JsonLines.read(file, rows).size());
      assertEquals(1, rows.skipped(), line);
    }
    assertSecondRefused("2:7: expected a JSON object, got the unknown word \"x\"", "{\"a\": x}");
    assertSecondRefused("2:7: expected a JSON object, got the unknown word \"x\"", "{\"😀\": x}");
  }

  @Test
  void whatIsBeyondTheParsersLimitsIsAMalformedRow() throws IOException {
    for (String line :
        List.of("[".repeat(2000), "{\"a\":" + "9".repeat(2000) + "}", "{\"" + "a".repeat(60_000))) {
      var rows = Rows.skipping();
      Path file = write(folder.resolve("a.jsonl"), "{}\n" + line + "\n{}\n");
      assertEquals(2, JsonLines.read(file, rows).size());
      assertTrue(
          rows.messages().getFirst().startsWith(file + ":2:1: expected a JSON object, got "),
          rows::report);
    }
  }

  @Test
  void placesAndReasonsAreTheLinesOwn() throws IOException {
    assertSecondRefused("2:7: expected a JSON object, got the unknown word \"x\"", "{\"a\"\r:x}");
    assertSecondRefused(
        "2:8: expected a JSON object, got the end of the text within a value", "{\"a\": 1");
  }

  @Test
  void refusesValuesOfAnotherKind() throws IOException {
    Path file = write(folder.resolve("a.jsonl"), "{\"a\": \"1\", \"b\": 1.5, \"c\": 9999999999}");
    var row = JsonLines.read(file, Rows.failing()).getFirst();
    assertRefused(
        folder,
        "a.jsonl:1:1: expected a text under \"x\", got an object with \"a\", \"b\", \"c\"",
        () -> row.text("x"));
    assertRefused(
        folder, "a.jsonl:1:1: expected a text under \"b\", got \"1.5\"", () -> row.text("b"));
    assertRefused(
        folder,
        "a.jsonl:1:1: expected a number under \"a\", got \"\\\"1\\\"\"",
        () -> row.number("a"));
    for (String name : List.of("b", "c")) {
      var rows = Rows.skipping();
      assertEquals(List.of(), rows.map(List.of(row), r -> r.integer(name)));
      assertEquals(1, rows.skipped());
    }
  }

  @Test
  void anEmptyFileHasNoRows() throws IOException {
    assertEquals(List.of(), JsonLines.read(write(folder.resolve("a.jsonl"), ""), Rows.failing()));
  }

  private void assertSecondRefused(String message, String line) throws IOException {
    Path file = write(folder.resolve("a.jsonl"), "{}\n" + line + "\n{}\n");
    assertRefused(folder, "a.jsonl:" + message, () -> JsonLines.read(file, Rows.failing()));
    assertEquals(2, JsonLines.read(file, Rows.skipping()).size());
  }
}
