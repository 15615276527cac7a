package dev.recurrent.examples.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.recurrent.examples.run.Numbers;
import dev.recurrent.examples.run.Picture;
import dev.recurrent.io.AtomicFiles;
import dev.recurrent.score.Bootstrap;
import dev.recurrent.score.Measure;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;

/**
 * Holds the scores of examples in groups of like lengths, with their 95 % intervals: whether a
 * model is worse with long ones.
 */
public final class ScoreByLength {
  private static final String HEADER = "length,examples,score,low,high";
  private static final String TABLE = "by-length.csv";
  private static final String PICTURE = "by-length.png";
  private static final int RESAMPLES = 1000;
  private static final long SEED = 1;

  private final Measure measure;
  private final List<Row> rows;

  private record Row(String lengths, int examples, Bootstrap.Interval interval) {
    String toCsv() {
      return Numbers.format(
          "%s,%d,%.4f,%.4f,%.4f",
          lengths, examples, interval.score(), interval.low(), interval.high());
    }

    static Row ofCsv(String line) {
      var cells = line.split(",", -1);
      return new Row(
          cells[0],
          Integer.parseInt(cells[1]),
          new Bootstrap.Interval(
              Double.parseDouble(cells[3]),
              Double.parseDouble(cells[2]),
              Double.parseDouble(cells[4])));
    }
  }

  private ScoreByLength(Measure measure, List<Row> rows) {
    this.measure = measure;
    this.rows = rows;
  }

  /**
   * Scores each group that has examples.
   *
   * @param lengths of the examples
   * @param statistics of the examples, as the measure wants them
   * @param ends the largest length of each group but the last, rising
   */
  public static ScoreByLength of(
      Measure measure, int[] lengths, List<double[]> statistics, int... ends) {
    var rows = new ArrayList<Row>();
    for (int g = 0; g <= ends.length; g++) {
      int first = g == 0 ? 1 : ends[g - 1] + 1;
      int last = g == ends.length ? Integer.MAX_VALUE : ends[g];
      var group = new ArrayList<double[]>();
      for (int i = 0; i < lengths.length; i++) {
        if ((g == 0 || lengths[i] >= first) && lengths[i] <= last) {
          group.add(statistics.get(i));
        }
      }
      if (!group.isEmpty()) {
        var name = last == Integer.MAX_VALUE ? first + "+" : first + "-" + last;
        rows.add(new Row(name, group.size(), Bootstrap.interval(measure, group, RESAMPLES, SEED)));
      }
    }
    return new ScoreByLength(measure, rows);
  }

  /**
   * Prints a line for each group, writes them as {@code by-length.csv} into the run's folder, and
   * draws them as {@code by-length.png}.
   *
   * @param name of the run in the picture
   * @param beside folder of another run to draw beside this one, or null; where it has no such
   *     table any more, that is printed, and this run is drawn alone
   */
  public void report(Task.Report<?> report, String name, @Nullable Path beside) throws IOException {
    print(report.out());
    write(report.folder().resolve(TABLE));
    var runs = new LinkedHashMap<String, ScoreByLength>();
    runs.put(name, this);
    if (beside != null) {
      try {
        runs.put(String.valueOf(beside.getFileName()), ofRun(measure, beside));
      } catch (IOException e) {
        report
            .out()
            .println("beside   " + e.getMessage() + "; " + PICTURE + " shows this run alone");
      }
    }
    draw(runs, report.folder().resolve(PICTURE));
  }

  void print(PrintWriter out) {
    for (var row : rows) {
      out.println(
          Numbers.format(
              "length   %-6s %s %.2f (95 %% of resamples: %.2f to %.2f), %,d examples",
              row.lengths,
              measure.name(),
              row.interval.score(),
              row.interval.low(),
              row.interval.high(),
              row.examples));
    }
  }

  void write(Path file) throws IOException {
    var text = new StringBuilder(HEADER).append('\n');
    rows.forEach(row -> text.append(row.toCsv()).append('\n'));
    AtomicFiles.write(file, text.toString().getBytes(UTF_8));
  }

  /**
   * Reads what a run has reported.
   *
   * @throws IOException if its folder has no such table
   */
  static ScoreByLength ofRun(Measure measure, Path folder) throws IOException {
    return read(measure, folder.resolve(TABLE));
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException if the file is none of that kind
   */
  static ScoreByLength read(Measure measure, Path file) throws IOException {
    if (Files.notExists(file)) {
      throw new IOException(file + ": expected a table, got none");
    }
    var lines = Files.readAllLines(file);
    if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
      throw new IOException(file + ": expected a table with the heading " + HEADER);
    }
    try {
      return new ScoreByLength(measure, lines.stream().skip(1).map(Row::ofCsv).toList());
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new IOException(file + ": expected rows of " + HEADER + ", got " + e.getMessage(), e);
    }
  }

  /** Draws runs beside each other, by their names, as bars with their intervals. */
  static void draw(Map<String, ScoreByLength> runs, Path file) throws IOException {
    var measure = runs.values().iterator().next().measure;
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(900)
            .height(560)
            .title(measure.name() + " by length, with 95 % intervals")
            .xAxisTitle("length of the source in words")
            .yAxisTitle(measure.name())
            .build();
    runs.forEach((name, run) -> run.addTo(chart, name));
    Picture.write(chart, file);
  }

  private void addTo(CategoryChart chart, String name) {
    chart.addSeries(
        name,
        rows.stream().map(Row::lengths).toList(),
        rows.stream().map(row -> row.interval.score()).toList(),
        rows.stream().map(row -> (row.interval.high() - row.interval.low()) / 2).toList());
  }
}
