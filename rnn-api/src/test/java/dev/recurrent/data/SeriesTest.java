package dev.recurrent.data;

import static dev.recurrent.data.DataFiles.assertRefused;
import static dev.recurrent.data.DataFiles.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    "1.2.1970, 13.2.1970, DAYS, 31, 43",
    "Jan 1 1970, Feb 1 1970, DAYS, 0, 31",
    "'January 1, 1970', '2 FEBRUARY 1970', ROWS, 0, 1",
    "2 Jan 1970, 3 jan 1970, DAYS, 1, 2",
    "31.12.69, 1.1.70, DAYS, 36524, 0",
    "19700131, 19700201, DAYS, 30, 31",
    "1970-01-01 00:00:00, 1970-01-02 00:00:00, DAYS, 0, 1",
    "1970-01-01, 1970-01-01 06:30, HOURS, 0, 6.5",
    "1/2/1970 11:00 PM, 1/3/1970 1:00 AM, HOURS, 767, 1417",
    "1970-01-01T01:00:00.000Z, 1970-01-01T01:00:00.500Z, HOURS, 1, 1.0001388888888889",
    "1970-01-01T01:00+01:00, 1970-01-01T01:00:00+00:00, DAYS, 0, 0",
    "1970-01-01 02:00 +0100, 1970-01-01T03:30:00Z[UTC], HOURS, 1, 3.5",
    "Dec 1969, Jan 1970, MONTHS, 23639, 23640",
    "Dec-69, Jan-70, MONTHS, 24839, 23640",
    "1969, 1970, YEARS, 1969, 1970",
    "1970-02-30, 1970-03-01, ROWS, 0, 1",
    "1970-01-31, 01-02-1970, ROWS, 0, 1"
  })
  void datesTellTheTimeInWhateverOrderTheyAreWritten(
      String first, String second, Clock clock, double one, double two) {
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

  private static Path table(Path file, List<String> rows, String... before) throws IOException {
    var lines = new ArrayList<>(List.of("d,t"));
    lines.addAll(List.of(before));
    lines.addAll(rows);
    return write(file, String.join("\n", lines) + "\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2000-01-%02d",
        "2000-01-%02d 10:00",
        "2000-01-01 %02d:00",
        "%02d.01.2000",
        "Jan %d 2000",
        "2000-01-%02dT00:00:00+01:00",
        "01/%02d/2000",
        "%d",
        "20000101%02d",
        "20%02d",
        "%d-Jan-00"
      })
  void rowsInReverseAreRefusedHoweverTimesAreWritten(String form) throws IOException {
    var rows = new ArrayList<String>();
    for (int i = 22; i > 10; i--) {
      rows.add(form.formatted(i) + ",1");
    }
    var backwards = table(folder.resolve("b.csv"), rows);
    var refused =
        assertThrows(DataException.class, () -> Series.read(backwards, ANY, Rows.failing()));
    assertTrue(String.valueOf(refused.getMessage()).contains("not back as in 11 rows"));
    Collections.reverse(rows);
    var file = table(folder.resolve("a.csv"), rows);
    assertEquals(12, Series.read(file, ANY, Rows.failing()).length());
  }

  @Test
  void oneLabelThatIsNoDateAmongDatesIsAMalformedRow() throws IOException {
    var rows = new ArrayList<String>();
    for (int i = 31; i > 0; i--) {
      rows.add("2000-01-%02d,1".formatted(i));
    }
    var backwards = table(folder.resolve("a.csv"), rows, "yesterday,1");
    assertRefused(
        folder,
        "a.csv:2:1: expected a time as in other rows (yyyy-M-d) in column \"d\", got \"yesterday\"",
        () -> Series.read(backwards, ANY, Rows.failing()));
    var refused =
        assertThrows(DataException.class, () -> Series.read(backwards, ANY, Rows.skipping()));
    assertTrue(String.valueOf(refused.getMessage()).contains("not back as in 30 rows"));
    Collections.reverse(rows);
    var skipping = Rows.skipping();
    var forward = table(folder.resolve("b.csv"), rows, "yesterday,1");
    assertEquals(31, Series.read(forward, ANY, skipping).length());
    assertEquals(1, skipping.skipped());
    assertEquals(32, skipping.read());
  }

  @Test
  void whatWasUnderstoodIsNotedWithGapsAndRepeats() throws IOException {
    var text = new StringBuilder("d,t\n");
    for (int i = 1; i < 29; i++) {
      text.append(i == 7 ? "" : "2.%d.2000,1\n".formatted(i).replaceFirst("2.(\\d+)", "$1.2"));
    }
    text.append("28.2.2000,1\n");
    var rows = Rows.failing();
    Series.read(write(folder.resolve("a.csv"), text.toString()), ANY, rows);
    var file = folder.resolve("a.csv").toString();
    assertEquals(
        List.of(
            ": \"t\", \"1.2.2000\" to \"28.2.2000\", 1 day apart, read as d.M.yyyy",
            ": warning: 1 gap without rows, the first between \"6.2.2000\" and \"8.2.2000\";"
                + " forecasts step over it",
            ": warning: 1 time is no later than the one before, the first of \"28.2.2000\" and"
                + " \"28.2.2000\""),
        rows.notes().stream().map(note -> note.replace(file, "")).toList());
  }

  @Test
  void clocksThatAreSetBackInAutumnAreNoReverse() throws IOException {
    var text = new StringBuilder("d,t\n");
    for (int day = 24; day < 27; day++) {
      for (int hour = 0; hour < 24; hour++) {
        text.append("2015-10-%d %02d:00,1\n2015-10-%d %02d:30,1\n".formatted(day, hour, day, hour));
        if (day == 25 && hour == 2) {
          text.append("2015-10-25 02:00,1\n2015-10-25 02:30,1\n");
        }
      }
    }
    var rows = Rows.failing();
    Series.read(write(folder.resolve("a.csv"), text.toString()), ANY, rows);
    assertTrue(rows.notes().getLast().contains("\"2015-10-25 02:30\" and \"2015-10-25 02:00\""));
  }

  @Test
  void daysAndMonthsThatCouldBeEitherAreReadAsWhatIsRegularOrAsAskedFor() throws IOException {
    var text = "d,t\n01/01/2015,1\n01/02/2015,1\n01/03/2015,1\n01/04/2015,1\n";
    Path file = write(folder.resolve("a.csv"), text);
    assertEquals(31, Series.read(file, ANY, Rows.failing()).step());
    var form = new Series.TimeForm("M/d/yyyy", Optional.empty());
    assertEquals(1, Series.read(file, ANY.dated(form), Rows.failing()).step());
    assertThrows(
        IllegalArgumentException.class, () -> new Series.TimeForm("bad", Optional.empty()));
  }

  @Test
  void groupsAreSeriesOfTheirOwn() throws IOException {
    Path file = write(folder.resolve("a.csv"), "s,d,t\na,Jan 2000,1\na,Feb 2000,2\nb,Jan 2000,3\n");
    var all = Series.readAll(file, ANY.grouped("s"), Table.Dialect.USUAL, Rows.failing());
    assertEquals(List.of("a", "b"), all.stream().map(Series::name).toList());
    assertEquals(2, all.getFirst().length());
    assertEquals(3, all.get(1).value(0, 0));
    var refused = assertThrows(DataException.class, () -> Series.read(file, ANY, Rows.failing()));
    assertEquals(Set.of(DataException.Remedy.GROUPS), refused.remedies());
  }

  @Test
  void rowOfNumbersIsNoHeading() throws IOException {
    Path file = write(folder.resolve("a.csv"), "2000-01-01,9.6\n2000-01-02,9.7\n");
    assertRefused(
        folder,
        "a.csv:1:1: expected a heading with the names of columns, got numbers:"
            + " \"2000-01-01, 9.6\"",
        () -> Series.read(file, ANY, Rows.failing()));
  }

  @Test
  void indexWithoutANameIsNotWhatIsForecast() throws IOException {
    Path file = write(folder.resolve("a.csv"), ",d,t\n0,2000-01-01,9\n1,2000-01-02,8\n");
    var series = Series.read(file, ANY, Rows.failing());
    assertEquals(List.of("t"), series.columns());
    assertEquals(Clock.DAYS, series.clock());
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

  @Test
  void columnThatDiffersByRoundingOnlyIsConstant() {
    var noise = new double[][] {{0.3}, {0.1 + 0.2}, {0.3}, {Double.NaN}};
    assertArrayEquals(new double[] {1}, Standardization.of(List.of(noise)).deviations());
    var flat = Collections.nCopies(850, new double[] {87.1});
    assertArrayEquals(new double[] {1}, Standardization.of(flat).deviations());
    var rows = IntStream.range(0, 400).mapToObj(t -> new double[] {1e9 + 10 * Math.sin(t)});
    assertEquals(7.07, Standardization.of(rows.toList()).deviations()[0], 0.01);
  }

  private static Series of(String column, String day) {
    return Series.of(List.of(column), List.of(day), new double[][] {{1}});
  }
}
