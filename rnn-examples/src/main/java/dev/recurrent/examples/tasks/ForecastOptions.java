package dev.recurrent.examples.tasks;

import dev.recurrent.data.Rows;
import dev.recurrent.data.Series;
import dev.recurrent.data.SeriesLines;
import dev.recurrent.examples.harness.Forecasts;
import dev.recurrent.examples.harness.TableOptions;
import dev.recurrent.examples.harness.Windows;
import dev.recurrent.examples.run.Numbers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@link Forecast} besides those of all tasks. */
final class ForecastOptions {
  @Mixin private TableOptions tables;

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

  @Option(
      names = "--date-format",
      paramLabel = "PATTERN",
      order = 36,
      description =
          "How dates are written, such as M/d/yyyy or dd.MM.yyyy HH:mm. Default: found out, of the"
              + " usual forms, with a time of day and a zone or without")
  private @Nullable String dateFormat;

  @Option(
      names = "--group-column",
      paramLabel = "NAME",
      order = 37,
      description =
          "What tells several series of one file apart, such as a symbol; all are forecast by one"
              + " network. Default: the file holds one series")
  private @Nullable String groupColumn;

  private Series.@Nullable Columns trained;

  /** Takes the columns that a model was trained with. */
  void take(Series.Columns columns) {
    trained = columns;
  }

  private Series.Columns columns() {
    var format = Optional.ofNullable(dateFormat).map(f -> new Series.TimeForm(f, Optional.empty()));
    var given = new Series.Columns(columns, dateColumn, Optional.ofNullable(groupColumn), format);
    return trained == null
        ? given
        : new Series.Columns(
            trained.numbers(),
            dateColumn.isEmpty() ? trained.label() : dateColumn,
            given.group(),
            format.isPresent() ? format : trained.form());
  }

  List<Series> series(Path path, Rows rows) throws IOException {
    return Series.readAll(path, columns(), tables.dialect(), rows);
  }

  /** Returns what keeps as much of the series that arrive as the network sees. */
  SeriesLines arriving(Rows rows) {
    return new SeriesLines(columns(), window, tables.dialect(), rows);
  }

  Windows windows() {
    return new Windows(window, horizon);
  }

  Forecasts forecasts() {
    return new Forecasts(horizon, season);
  }
}
