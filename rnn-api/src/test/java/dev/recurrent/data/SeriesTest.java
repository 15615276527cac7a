package dev.recurrent.data;

import static dev.recurrent.data.DataFiles.assertRefused;
import static dev.recurrent.data.DataFiles.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeriesTest {
  private static final Series.Columns ANY = new Series.Columns(List.of(), "");

  @TempDir Path folder;

  @Test
  void readsTheFirstColumnOfNumbersUnlessAskedForOthers() throws IOException {
    Path file =
        write(folder.resolve("a.csv"), "day,place,t,wind\n1990-01-01,x,2.5,7\n1990-01-02,y,-1,8\n");
    var series = Series.read(file, ANY, Rows.failing());
    assertEquals(List.of("t"), series.columns());
    assertEquals(2, series.length());
    assertEquals(-1, series.value(1, 0));
    assertEquals("1990-01-02", series.label(1));
    var both = Series.read(file, new Series.Columns(List.of("wind", "t"), "place"), Rows.failing());
    assertArrayEquals(new double[] {7, 2.5}, both.row(0));
    assertEquals("y", both.label(1));
    assertEquals(Clock.ROWS, both.clock());
  }

  @Test
  void timesAreRowsWhereTheFirstColumnIsRead() throws IOException {
    Path file = write(folder.resolve("a.csv"), "t\n5\n6\n");
    var series = Series.read(file, ANY, Rows.failing());
    assertEquals("2", series.label(1));
    assertEquals(1, series.clock(1));
  }

  @ParameterizedTest
  @CsvSource({
    "1970-01-31, 1970-02-01, DAYS, 30, 31",
    "31-01-1970, 01-02-1970, DAYS, 30, 31",
    "31/01/1970, 01/02/1970, DAYS, 30, 31",
    "01/31/1970, 02/01/1970, DAYS, 30, 31",
    "1970/01/31, 1970/02/01, DAYS, 30, 31",
    "1970-12, 1971-01, MONTHS, 23651, 23652",
    "1970-02-30, 1970-03-01, ROWS, 0, 1",
    "1970-01-31, 01-02-1970, ROWS, 0, 1"
  })
  void datesTellTheTimeInWhateverOrderTheyAreWritten(
      String first, String second, Clock clock, long one, long two) {
    var series = Series.of(List.of("t"), List.of(first, second), new double[][] {{1}, {2}});
    assertEquals(clock, series.clock());
    assertEquals(one, series.clock(0));
    assertEquals(two, series.clock(1));
  }

  @Test
  void missingNumberIsRefusedOrItsRowStays() throws IOException {
    Path file = write(folder.resolve("a.csv"), "d,t\n2000-01-01,1\n2000-01-02,\n2000-01-03,x\n");
    assertRefused(
        folder,
        "a.csv:3:12: expected a number in column \"t\", got nothing",
        () -> Series.read(file, new Series.Columns(List.of("t"), ""), Rows.failing()));
    var rows = Rows.skipping();
    var series = Series.read(file, new Series.Columns(List.of("t"), ""), rows);
    assertEquals(2, rows.skipped());
    assertEquals(3, series.length());
    assertTrue(Double.isNaN(series.value(2, 0)));
    assertEquals(1, series.lastKnown(2, 0));
  }

  @Test
  void nothingIsKnownBeforeTheFirstNumber() {
    double no = Double.NaN;
    var series =
        Series.of(
            List.of("a", "b"), List.of("1", "2", "3"), new double[][] {{no, 1}, {2, no}, {no, no}});
    assertTrue(Double.isNaN(series.lastKnown(0, 0)));
    assertEquals(2, series.lastKnown(2, 0));
    assertEquals(1, series.lastKnown(2, 1));
  }

  @Test
  void datesThatGoBackAreRefused() throws IOException {
    Path file = write(folder.resolve("a.csv"), "d,t\n2000-01-02,1\n2000-01-02,1\n2000-01-01,2\n");
    assertRefused(
        folder,
        "a.csv:4:1: expected a time that is not before that of the row above in column \"d\","
            + " got \"2000-01-01\"",
        () -> Series.read(file, ANY, Rows.failing()));
  }

  @Test
  void fileWithoutRowsOrNumbersIsRefused() throws IOException {
    Path empty = write(folder.resolve("a.csv"), "d,t\n");
    assertRefused(
        folder,
        "a.csv: expected at least one row below the heading, got none",
        () -> Series.read(empty, ANY, Rows.failing()));
    Path words = write(folder.resolve("b.csv"), "d,t\nx,y\n");
    assertRefused(
        folder,
        "b.csv: expected a column that starts with a number, got none",
        () -> Series.read(words, ANY, Rows.failing()));
  }

  @Test
  void seriesGoOnInAnotherThatIsNotEarlier() {
    var first = of("t", "2000-01-01");
    assertEquals("2000-01-03", first.then(of("t", "2000-01-03")).label(1));
    assertThrows(IllegalArgumentException.class, () -> first.then(of("t", "1999-12-31")));
    assertThrows(IllegalArgumentException.class, () -> first.then(of("u", "2000-01-02")));
  }

  @Test
  void standardizationKnowsOnlyTheRowsItIsOf() {
    var scale =
        Standardization.of(
            List.of(new double[] {1, 5}, new double[] {3, 5}, new double[] {Double.NaN, 5}));
    assertArrayEquals(new double[] {2, 5}, scale.means());
    assertArrayEquals(new double[] {1, 1}, scale.deviations());
    assertEquals(-2, scale.apply(0, 0));
    assertEquals(0, scale.invert(-2, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Standardization(new double[] {1}, new double[] {0}));
    assertThrows(IllegalArgumentException.class, () -> Standardization.of(List.of()));
  }

  private static Series of(String column, String day) {
    return Series.of(List.of(column), List.of(day), new double[][] {{1}});
  }
}
