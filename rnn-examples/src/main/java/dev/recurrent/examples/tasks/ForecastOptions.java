package dev.recurrent.examples.tasks;

import dev.recurrent.data.Rows;
import dev.recurrent.data.Series;
import dev.recurrent.data.SeriesLines;
import dev.recurrent.examples.harness.Forecasts;
import dev.recurrent.examples.harness.Windows;
import dev.recurrent.examples.run.Numbers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of {@link Forecast} besides those of all tasks. */
final class ForecastOptions {
  @Option(
      names = "--column",
      paramLabel = "NAME",
      order = 31,
      description =
          "What is forecast; given again, what else is seen. Default: the first of numbers.")
  private List<String> columns = List.of();

  @Option(
      names = "--date-column",
      paramLabel = "NAME",
      order = 32,
      description = "What names the times. Default: the first one, if it is not forecast.")
  private String dateColumn = "";

  @Option(
      names = "--window",
      paramLabel = "N",
      order = 33,
      converter = Numbers.AtLeastOne.class,
      description = "Past values that are seen. Default: ${DEFAULT-VALUE}")
  private int window = 30;

  @Option(
      names = "--horizon",
      paramLabel = "N",
      order = 34,
      converter = Numbers.AtLeastOne.class,
      description = "Steps ahead that are forecast. Default: ${DEFAULT-VALUE}")
  private int horizon = 1;

  @Option(
      names = "--season",
      paramLabel = "X",
      order = 35,
      converter = Numbers.NotNegative.class,
      description =
          "Steps of a season, such as 365.25 days or 12 months: the network sees which part of it"
              + " it is, and is compared with the value of a season ago. Default: no season")
  double season;

  Series series(Path path, Rows rows) throws IOException {
    return Series.read(path, new Series.Columns(columns, dateColumn), rows);
  }

  /** Returns what keeps as much of a series that arrives as the network sees. */
  SeriesLines arriving(Rows rows) {
    return new SeriesLines(new Series.Columns(columns, dateColumn), window, rows);
  }

  Windows windows() {
    return new Windows(window, horizon);
  }

  Forecasts forecasts() {
    return new Forecasts(horizon, (int) Math.round(season));
  }
}
