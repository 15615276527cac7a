package dev.recurrent.data;

import static dev.recurrent.data.DataFiles.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SeriesLinesTest {
  private static final Path INPUT = Path.of("standard input");
  private static final Series.Columns ANY = new Series.Columns(List.of(), "");

  @TempDir private Path folder;

  private static List<Series> arriving(
      List<String> lines, Series.Columns columns, int kept, Rows rows) throws IOException {
    var arriving = new SeriesLines(columns, kept, rows);
    var found = new ArrayList<Series>();
    for (int i = 0; i < lines.size(); i++) {
      arriving.read(new Place(INPUT, i + 1, 1), lines.get(i)).ifPresent(found::add);
    }
    return found;
  }

  /** Checks after each line that the rows kept are those of the table as far as it has come. */
  private void assertSameAsTable(List<String> lines, Series.Columns columns, int kept)
      throws IOException {
    var skipping = Rows.skipping();
    var arrived = arriving(lines, columns, kept, skipping);
    var rows = Rows.skipping();
    var whole =
        Series.read(write(folder.resolve("a.csv"), String.join("\n", lines) + "\n"), columns, rows);
    assertEquals(rows.messages().size(), skipping.messages().size());
    assertEquals(whole.length(), arrived.size());
    for (int t = 0; t < whole.length(); t++) {
      var series = arrived.get(t);
      int left = t + 1 - Math.min(kept, t + 1);
      assertEquals(t + 1 - left, series.length());
      assertEquals(whole.columns(), series.columns());
      assertEquals(whole.clock(), series.clock());
      for (int i = left; i <= t; i++) {
        assertEquals(whole.label(i), series.label(i - left));
        assertEquals(whole.clock(i), series.clock(i - left));
        for (int c = 0; c < whole.columns().size(); c++) {
          assertEquals(whole.lastKnown(i, c), series.lastKnown(i - left, c), "row " + i);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 100})
  void seriesThatArrivesIsThatOfTheTable(int kept) throws IOException {
    var days = List.of("day,t,wind", "2000-01-30,1,5", "", "2000-01-31,x,6", "2000-02-01,,7");
    var more = new ArrayList<>(days);
    more.addAll(
        List.of("2000-02-01,3,", "2000-02-02,4,8,9", "2000-02-03,5,\"9\"", "2000-02-09,6,1"));
    assertSameAsTable(more, ANY, kept);
    assertSameAsTable(more, new Series.Columns(List.of("wind", "t"), "day"), kept);
    assertSameAsTable(List.of("t", "5", "7", "6", "1"), ANY, kept);
    assertSameAsTable(List.of("d,t", "Mon,", "Tue,1", "Wed,2"), numbersOf("t"), kept);
  }

  @Test
  void formatOfDaysThatALineHasToldIsKept() throws IOException {
    var lines = List.of("d,t", "01/31/2000,1", "02/01/2000,2", "02/02/2000,3", "02/03/2000,4");
    assertSameAsTable(lines, ANY, 1);
    var late = List.of("d,t", "01/12/2000,1", "01/13/2000,2");
    var found = arriving(late, ANY, 2, Rows.failing());
    assertEquals(1, found.get(1).clock(1) - found.get(1).clock(0));
  }

  @Test
  void whatIsMalformedIsNamedWithItsPlace() {
    assertRefused("3:3: expected a number in column \"t\", got \"x\"", "d,t", "a,1", "b,x");
    assertRefused("3:1: expected 2 fields, got 1", "day,t", "a,1", "b");
    assertRefused("2:3: expected a quoted field that ends", "d,t", "b,\"1");
    assertRefused("2:3: expected a number in column \"t\", got \"1,5\"", "d,t", "b,\"1,5\"");
    assertRefused(
        "3:1: expected a time as in other rows (yyyy-M-d) in column \"d\", got \"b\"",
        "d,t",
        "2000-01-01,1",
        "b,1");
    assertRefused(
        "4:1: expected a time that is not before that of the row above in column \"d\"",
        "d,t",
        "2000-01-01,1",
        "2000-01-03,1",
        "2000-01-02,1");
    assertThrows(
        DataException.class, () -> arriving(List.of("d,t", "x,y"), ANY, 2, Rows.failing()));
  }

  private static void assertRefused(String message, String... lines) {
    var refused =
        assertThrows(
            DataException.class, () -> arriving(List.of(lines), numbersOf("t"), 1, Rows.failing()));
    assertTrue(
        String.valueOf(refused.getMessage()).startsWith("standard input:" + message),
        refused::getMessage);
  }

  private static Series.Columns numbersOf(String column) {
    return new Series.Columns(List.of(column), "");
  }

  @Test
  void headingMayGoOverSeveralLinesAndSeriesStayApart() throws IOException {
    var columns = new Series.Columns(List.of("t\n(C)"), "d").grouped("s");
    var lines = List.of("s,d,\"t", "(C)\"", "a,2000-01-02,1", "b,2000-01-01,2", "a,2000-01-03,3");
    var found = arriving(lines, columns, 5, Rows.failing());
    assertEquals(List.of("a", "b", "a"), found.stream().map(Series::name).toList());
    assertEquals(1, found.get(2).value(0, 0));
    assertEquals(3, found.get(2).value(1, 0));
  }

  @Test
  void noRowsToKeepAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new SeriesLines(ANY, 0, Rows.failing()));
  }
}
