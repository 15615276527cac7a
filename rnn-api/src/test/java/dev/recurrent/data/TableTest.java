package dev.recurrent.data;

import static dev.recurrent.data.DataFiles.assertRefused;
import static dev.recurrent.data.DataFiles.write;
import static dev.recurrent.data.DataFiles.writeBytes;
import static dev.recurrent.data.DataFiles.writeGzip;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableTest {
  @TempDir Path folder;

  @Test
  void readsQuotedFieldsAsRfc4180Says() throws IOException {
    Path file =
        write(
            folder.resolve("a.csv"),
            "id,\"text\"\r\n1,\"a \"\"b\"\", c\r\nd\"\r\n2,e \"f\"\r\n\"3\",\"\"");
    var table = Table.read(file, Rows.failing());
    assertEquals(List.of("id", "text"), table.columns());
    assertEquals(
        List.of("1|a \"b\", c\r\nd", "2|e \"f\"", "3|"), texts(table, List.of("id", "text")));
    assertEquals(new Place(file, 4, 3), table.rows().get(1).place("text"));
    assertEquals(new Place(file, 5, 5), table.rows().get(2).place("text"));
  }

  @Test
  void readsTabsWithoutQuotes() throws IOException {
    Path file = write(folder.resolve("a.tsv"), "id\ttext\n1\t\"a, b\n\n2\t\r\n");
    var table = Table.read(file, Rows.failing());
    assertEquals(List.of("1|\"a, b", "2|"), texts(table, List.of("id", "text")));
    assertEquals(new Place(file, 4, 3), table.rows().get(1).place("text"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.csv", "a.CSV", "a.csv.gz"})
  void theNameSaysTheFormat(String name) throws IOException {
    Path file = folder.resolve(name);
    String text = "\ufeffa,b\n1,2\n";
    var table =
        Table.read(name.endsWith("gz") ? writeGzip(file, text) : write(file, text), Rows.failing());
    assertEquals(List.of("1|2"), texts(table, List.of("a", "b")));
  }

  @Test
  void theFormatCanBeAskedFor() throws IOException {
    Path file = write(folder.resolve("a.data"), "a\tb\n1\t2");
    assertEquals(List.of("a", "b"), Table.read(file, Table.Format.TSV, Rows.failing()).columns());
    assertRefused(
        folder,
        "a.data: expected a name that ends in .csv, .tsv or .tab, got another",
        () -> Table.read(file, Rows.failing()));
  }

  @Test
  void fieldsAreTextsOrNumbers() throws IOException {
    Path file = write(folder.resolve("a.csv"), "x,n,e\n -1.5e3 ,+7,\n");
    var row = Table.read(file, Rows.failing()).rows().getFirst();
    assertEquals(-1500, row.number("x"));
    assertEquals(" -1.5e3 ", row.text("x"));
    assertEquals(7, row.integer("n"));
    assertEquals(OptionalDouble.empty(), row.optionalNumber("e"));
    assertEquals(OptionalDouble.of(7), row.optionalNumber("n"));
    assertRefused(
        folder,
        "a.csv:2:13: expected a number in column \"e\", got nothing",
        () -> row.number("e"));
    assertRefused(
        folder,
        "a.csv:2:1: expected a whole number in column \"x\", got \" -1.5e3 \"",
        () -> row.integer("x"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "NaN", "Infinity", "1e999", "0x10", "1d", "1,5", ".", "1e", "--1"})
  void whatIsNotADecimalNumberIsRefusedAtItsPlace(String text) throws IOException {
    Path file = write(folder.resolve("a.csv"), "é,Temp\n\"😀é\",\"" + text + "\"\n");
    var row = Table.read(file, Rows.failing()).rows().getFirst();
    assertRefused(
        folder,
        "a.csv:2:6: expected a number in column \"Temp\", got \"" + text + "\"",
        () -> row.number("Temp"));
  }

  @Test
  void aMissingColumnIsRefusedWithThoseThereAre() throws IOException {
    Path file = write(folder.resolve("a.csv"), "id,review\n1,a\n");
    var rows = Rows.skipping();
    var table = Table.read(file, rows);
    var failure =
        assertThrows(
            IllegalArgumentException.class, () -> rows.map(table.rows(), r -> r.text("reveiw")));
    assertEquals(
        file
            + ": expected one of the columns \"id\", \"review\", got \"reveiw\" (did you mean"
            + " \"review\"?)",
        failure.getMessage());
  }

  @Test
  void rowsOfAnotherLengthAreRefused() throws IOException {
    Path csv = write(folder.resolve("a.csv"), "a,b\n1,2\nx\n3,4\n5,\"6\",7\n8,9");
    assertRefused(
        folder, "a.csv:3:1: expected 2 fields, got 1", () -> Table.read(csv, Rows.failing()));
    var rows = Rows.skipping();
    assertEquals(List.of("1|2", "3|4", "8|9"), texts(Table.read(csv, rows), List.of("a", "b")));
    assertEquals(2, rows.skipped());
    assertEquals(csv + ":5:7: expected 2 fields, got 3", rows.messages().get(1));

    Path tsv = write(folder.resolve("a.tsv"), "a\tb\n1\t2\t3\n4\t5\n");
    assertRefused(
        folder, "a.tsv:2:5: expected 2 fields, got 3", () -> Table.read(tsv, Rows.failing()));
    assertEquals(List.of("4|5"), texts(Table.read(tsv, Rows.skipping()), List.of("a", "b")));
  }

  @Test
  void readingGoesOnAfterWrongQuotes() throws IOException {
    Path file = write(folder.resolve("a.csv"), "a,b\n1,2\n\n3,\"x\"y\n4,\"z\nz\"\n\"5,6\n7,8\n");
    assertRefused(
        folder,
        "a.csv:4:3: expected a quoted field that ends at a comma or at the end of a line, got"
            + " \"\\\"x\\\"y\"",
        () -> Table.read(file, Rows.failing()));
    var rows = Rows.skipping();
    assertEquals(List.of("1|2", "4|z\nz", "7|8"), texts(Table.read(file, rows), List.of("a", "b")));
    assertEquals(2, rows.skipped());
    assertEquals(
        file
            + ":7:1: expected a quoted field that ends at a comma or at the end of a line, got"
            + " \"\\\"5,6\"",
        rows.messages().get(1));
  }

  @Test
  void aCarriageReturnAloneEndsNoLine() throws IOException {
    Path file = write(folder.resolve("a.csv"), "a\n1\r2\n3\r\n\"4\r5\"\n");
    assertRefused(
        folder,
        "a.csv:2:2: expected a line feed after a carriage return, got none",
        () -> Table.read(file, Rows.failing()));
    assertEquals(List.of("3", "4\r5"), texts(Table.read(file, Rows.skipping()), List.of("a")));
  }

  @Test
  void aMalformedRowOfSeveralLinesCountsOnce() throws IOException {
    Path file = write(folder.resolve("a.csv"), "a,b\n\"x\ny\",\"z\"w\n3,4\n");
    var rows = Rows.skipping();
    assertEquals(List.of("3|4"), texts(Table.read(file, rows), List.of("a", "b")));
    assertEquals(
        List.of(
            file
                + ":3:4: expected a quoted field that ends at a comma or at the end of a line, got"
                + " \"\\\"z\\\"w\""),
        rows.messages());
  }

  @Test
  void linesThatAreNotUtf8AreRefused() throws IOException {
    for (String name : List.of("a.csv", "a.tab")) {
      char separator = name.equals("a.csv") ? ',' : '\t';
      Path file = writeBytes(folder.resolve(name), "a?b\n1?\u00ff\n2?3\n".replace('?', separator));
      assertRefused(
          folder,
          name + ":2:3: expected UTF-8, got the byte 0xFF",
          () -> Table.read(file, Rows.failing()));
      assertEquals(List.of("2|3"), texts(Table.read(file, Rows.skipping()), List.of("a", "b")));
    }
  }

  @Test
  void aRowOfSeveralLinesIsLeftOutWhereOneOfThemIsNotUtf8() throws IOException {
    Path file =
        writeBytes(
            folder.resolve("a.csv"),
            "a,b\n1,\"x\n\u00e9\ny\"\n2,\"z\n\u00e9\"\n3,4\n\"\u00e9\"x,5\n6,\u00e9,7\n8,9\n");
    var rows = Rows.skipping();
    assertEquals(List.of("3|4", "8|9"), texts(Table.read(file, rows), List.of("a", "b")));
    assertEquals(4, rows.skipped());
    for (int i = 0; i < 4; i++) {
      var place = List.of("3:1", "6:1", "8:2", "9:3").get(i);
      assertEquals(
          file + ":" + place + ": expected UTF-8, got the byte 0xE9", rows.messages().get(i));
    }
    assertRefused(
        folder,
        "a.csv:3:1: expected UTF-8, got the byte 0xE9",
        () -> Table.read(file, Rows.failing()));
  }

  /** A search for the begin of the line at each field would take minutes. */
  @Test
  void readingTakesOnePassHoweverWideARowIs() throws IOException {
    int columns = 500_000;
    Path file = write(folder.resolve("a.csv"), "a\n" + "é本,".repeat(columns) + "\n1\n");
    var rows = Rows.skipping();
    var table = assertTimeoutPreemptively(Duration.ofSeconds(30), () -> Table.read(file, rows));
    assertEquals(List.of("1"), texts(table, List.of("a")));
    assertEquals(List.of(file + ":2:4: expected 1 fields, got " + (columns + 1)), rows.messages());
  }

  /** A second look at what is behind, or all that is ahead, at each quote would take minutes. */
  @Test
  void readingTakesOnePassHoweverManyQuotesAreOpen() throws IOException {
    int lines = 50_000;
    String text = "x".repeat(400) + "\n\"é\n";
    Path file = write(folder.resolve("a.csv"), "a\n" + text.repeat(lines) + "1\n");
    var rows = Rows.skipping();
    var table = assertTimeoutPreemptively(Duration.ofSeconds(60), () -> Table.read(file, rows));
    assertEquals(lines + 1, table.rows().size());
    assertEquals(lines, rows.skipped());
    assertTrue(rows.messages().getFirst().startsWith(file + ":3:1: "), rows::report);
  }

  @Test
  void aFieldMayBeLongerThanSixteenMillionCharacters() throws IOException {
    int length = (1 << 24) + 1;
    Path file = write(folder.resolve("a.csv"), "a,b\n" + "x".repeat(length) + ",1\n");
    var row = Table.read(file, Rows.failing()).rows().getFirst();
    assertEquals(length, row.text("a").length());
    assertEquals(new Place(file, 2, length + 2), row.place("b"));
  }

  /** A search for a decimal point behind each digit would take minutes. */
  @Test
  void aNumberTakesOnePassHoweverManyDigitsItHas() throws IOException {
    Path file = write(folder.resolve("a.csv"), "a\n" + "1".repeat(1_000_000) + "x\n");
    var row = Table.read(file, Rows.failing()).rows().getFirst();
    assertTimeoutPreemptively(
        Duration.ofSeconds(30), () -> assertThrows(DataException.class, () -> row.number("a")));
  }

  @Test
  void theHeadingCannotBeSkipped() throws IOException {
    assertHeadingRefused(
        "a.csv: expected a heading with the names of columns, got an empty file", "");
    assertHeadingRefused(
        "a.csv: expected a heading with the names of columns, got an empty file", "\r\n\n");
    assertHeadingRefused("a.csv:1:1: expected UTF-8, got the byte 0xFF", "\u00ff\na,b\n");
    assertHeadingRefused(
        "a.csv:1:1: expected the names of columns parted by commas, got \"a;b\"", "a;b\n1,5;2\n");
    assertHeadingRefused(
        "a.csv:1:1: expected a quoted field that ends at a comma or at the end of a line, got"
            + " \"\\\"a,b\"",
        "\"a,b\n1,2\n");
  }

  @Test
  void columnsWithoutANameHaveTheirNumber() throws IOException {
    Path file = write(folder.resolve("a.csv"), ",\"b\nc\",\n1,2,\n3,4\n5,6,7\n");
    var table = Table.read(file, Rows.failing());
    assertEquals(List.of("column 1", "b\nc", "column 3"), table.columns());
    assertEquals(List.of("1|2|", "3|4|", "5|6|7"), texts(table, table.columns()));
    Path rowsOnly = write(folder.resolve("b.csv"), "a,b\n1,2,\n");
    assertEquals(List.of("1|2"), texts(Table.read(rowsOnly, Rows.failing()), List.of("a", "b")));
  }

  @Test
  void namesThatOccurTwiceMatterToThoseWhoAskForThem() throws IOException {
    Path file = write(folder.resolve("a.csv"), "a,b,a\n1,2,3\n");
    var row = Table.read(file, Rows.failing()).rows().getFirst();
    assertEquals(2, row.number("b"));
    var failure = assertThrows(IllegalArgumentException.class, () -> row.text("a"));
    assertEquals(file + ": expected one column \"a\", got 2", failure.getMessage());
  }

  @Test
  void dialectSaysSeparatorAndDecimalMark() throws IOException {
    Path file = write(folder.resolve("a.data"), "d;t\n\"x;y\";-1,5e1\n;1.5\n");
    var table = Table.read(file, new Table.Dialect(Optional.of(';'), ','), Rows.failing());
    assertEquals("x;y", table.rows().getFirst().text("d"));
    assertEquals(-15, table.rows().getFirst().number("t"));
    assertRefused(
        folder,
        "a.data:3:2: expected a number in column \"t\", got \"1.5\"",
        () -> table.rows().get(1).number("t"));
    assertThrows(IllegalArgumentException.class, () -> new Table.Dialect(Optional.of(','), ','));
  }

  @ParameterizedTest
  @ValueSource(strings = {"9,30", "1,234"})
  void numberWithACommaSuggestsTheDecimalMark(String number) throws IOException {
    Path file = write(folder.resolve("a.tsv"), "t\n" + number + "\n");
    var row = Table.read(file, Rows.failing()).rows().getFirst();
    var refused = assertThrows(DataException.class, () -> row.number("t"));
    assertEquals(Set.of(DataException.Remedy.DECIMAL), refused.remedies());
  }

  @Test
  void rowsAreCountedWithTheMalformedOnes() throws IOException {
    var rows = Rows.skipping();
    Table.read(write(folder.resolve("a.csv"), "a,b\n1,2\n\n1\n1,\"2\n3,4\n"), rows);
    assertEquals(4, rows.read());
    assertEquals(2, rows.skipped());
  }

  @Test
  void aHeadingAloneIsATableWithoutRows() throws IOException {
    assertEquals(
        List.of(), Table.read(write(folder.resolve("a.csv"), "a,b"), Rows.failing()).rows());
  }

  @Test
  void anyTableSurvivesAndEachFieldIsWhereItStarts() throws IOException {
    var random = new SplittableRandom(5);
    String[] pieces = {"a", "é", "😀", ",", "\"", "\n", "\r\n", " ", "12", ""};
    for (int run = 0; run < 200; run++) {
      int columns = 1 + random.nextInt(4);
      var text =
          new StringBuilder(String.join(",", List.of("a", "b", "c", "d").subList(0, columns)));
      List<String> expected = new ArrayList<>();
      List<Place> places = new ArrayList<>();
      Path file = folder.resolve("a.csv");
      for (int r = 0; r < 1 + random.nextInt(5); r++) {
        text.append(random.nextInt(2) == 0 ? "\n" : "\r\n");
        for (int c = 0; c < columns; c++) {
          text.append(c == 0 ? "" : ",");
          int lineStart = text.lastIndexOf("\n") + 1;
          int line = (int) text.chars().filter(ch -> ch == '\n').count() + 1;
          places.add(new Place(file, line, text.codePointCount(lineStart, text.length()) + 1));
          var value = new StringBuilder();
          for (int i = random.nextInt(5); i > 0; i--) {
            value.append(pieces[random.nextInt(pieces.length)]);
          }
          expected.add(value.toString());
          text.append('"').append(value.toString().replace("\"", "\"\"")).append('"');
        }
      }
      var table = Table.read(write(file, text.toString()), Rows.failing());
      List<String> actual = new ArrayList<>();
      List<Place> actualPlaces = new ArrayList<>();
      for (var row : table.rows()) {
        for (String column : table.columns()) {
          actual.add(row.text(column));
          actualPlaces.add(row.place(column));
        }
      }
      assertEquals(expected, actual, text::toString);
      assertEquals(places, actualPlaces, text::toString);
    }
  }

  private void assertHeadingRefused(String message, String bytes) throws IOException {
    Path file = writeBytes(folder.resolve("a.csv"), bytes);
    assertRefused(folder, message, () -> Table.read(file, Rows.skipping()));
  }

  private static List<String> texts(Table table, List<String> columns) {
    return table.rows().stream()
        .map(row -> String.join("|", columns.stream().map(row::text).toList()))
        .toList();
  }
}
