package dev.recurrent.examples.harness;

import dev.recurrent.examples.run.LinesPicture;
import dev.recurrent.score.Measure;
import dev.recurrent.score.Measures;
import dev.recurrent.score.Statistics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Does what all forecasts of a series share: errors in the unit of the data as scores, and how much
 * smaller they are than those of two forecasts that need no learning: all stays as it is
 * (persistence), or is as it was a season ago (seasonal-naive).
 *
 * @param horizon the times that are forecast at a moment
 * @param season how long a season is, by the clock of the series; 0 for none
 */
public record Forecasts(int horizon, double season) {

  /**
   * Returns a forecast with its errors, where it is known what came.
   *
   * @param written gives what is written of a number that is forecast
   */
  public Outcome outcome(Moment moment, double[] forecast, DoubleUnaryOperator written) {
    var series = moment.series();
    var fields = new LinkedHashMap<String, Object>();
    if (!series.name().isEmpty()) {
      fields.put("series", series.name());
    }
    fields.put("after", series.label(moment.time()));
    fields.put("value", series.lastKnown(moment.time(), 0));
    for (int h = 0; h < horizon; h++) {
      fields.put("forecast " + (h + 1), written.applyAsDouble(forecast[h]));
    }
    return moment
        .next(horizon)
        .map(next -> new Outcome(fields, statistics(moment, forecast, next)))
        .orElseGet(() -> Outcome.of(fields));
  }

  private List<double[]> statistics(Moment moment, double[] forecast, double[] next) {
    var statistics = new ArrayList<double[]>();
    statistics.add(Statistics.squaredErrors(forecast, next));
    statistics.add(Statistics.absoluteErrors(forecast, next));
    statistics.add(Statistics.squaredErrorsAgainst(persistence(moment), forecast, next));
    if (season > 0) {
      statistics.add(
          seasonal(moment)
              .map(seasonal -> Statistics.squaredErrorsAgainst(seasonal, forecast, next))
              .orElseGet(() -> new double[2]));
    }
    return statistics;
  }

  private double[] persistence(Moment moment) {
    var forecast = new double[horizon];
    Arrays.fill(forecast, moment.series().lastKnown(moment.time(), 0));
    return forecast;
  }

  /** Returns the values of as many whole seasons ago as are needed; none before there were some. */
  private Optional<double[]> seasonal(Moment moment) {
    double step = moment.series().step();
    int rows = (int) Math.max(1, Math.round(step > 0 ? season / step : season));
    var forecast = new double[horizon];
    for (int h = 0; h < horizon; h++) {
      int then = moment.time() + 1 + h - rows * (h / rows + 1);
      if (then < 0) {
        return Optional.empty();
      }
      forecast[h] = moment.series().lastKnown(then, 0);
    }
    return Optional.of(forecast);
  }

  /** Returns the errors, and the skills against the forecasts without learning. */
  public List<Measure> measures() {
    var measures = new ArrayList<Measure>();
    measures.add(Measures.rmse(""));
    measures.add(Measures.mae(""));
    measures.add(Measures.SKILL.named("skill against persistence"));
    if (season > 0) {
      measures.add(Measures.SKILL.named("skill against seasonal-naive"));
    }
    return measures;
  }

  /** Returns the outcomes of persistence where it is known what came. */
  public List<Outcome> persistence(List<Moment> moments) {
    return moments.stream()
        .map(moment -> outcome(moment, persistence(moment), number -> number))
        .filter(outcome -> !outcome.statistics().isEmpty())
        .toList();
  }

  /** Draws what came and what was forecast for the next time, as {@code forecast.png}. */
  public void report(Task.Report<Moment> report) throws IOException {
    var lines = new LinesPicture("Forecasts of the next value in the test part", "time");
    for (int i = 0; i < report.examples().size(); i++) {
      var moment = report.examples().get(i);
      var fields = report.outcomes().get(i).fields();
      lines.add("actual", moment.series().value(moment.time() + 1, 0));
      lines.add("forecast", number(fields.get("forecast 1")));
      lines.add("persistence", number(fields.get("value")));
    }
    lines.draw(report.folder().resolve("forecast.png"));
  }

  private static double number(@Nullable Object field) {
    return field instanceof Number number ? number.doubleValue() : Double.NaN;
  }
}
