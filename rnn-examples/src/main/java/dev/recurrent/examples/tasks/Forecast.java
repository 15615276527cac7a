package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.meanSquaredError;

import dev.recurrent.cell.Initializer;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.data.Rows;
import dev.recurrent.data.Series;
import dev.recurrent.data.Standardization;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.Outcome;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.Task;
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.made.MadeSeries;
import dev.recurrent.examples.run.LinesPicture;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Dropout;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.layer.TimeDelay;
import dev.recurrent.score.Measure;
import dev.recurrent.score.Measures;
import dev.recurrent.score.Statistics;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Many-to-many over numbers: at each step of a series, its next values (tomorrow's temperature). At
 * each step the network gives the difference to the value just seen, so that one which has learnt
 * nothing says that all stays as it is.
 */
@Command(
    name = "forecast",
    header = "Many-to-many, numbers: the next values of a series (the weather).",
    description = {
      "",
      "Reads a CSV file with a row for each time, the earliest first. The first part of it trains,"
          + " the next one chooses the best epoch, the last one gives the score; --validation and"
          + " --test go on where the file before ends. With --skip-bad a value that is missing is"
          + " taken to be the last one before it, and does not count in the score.",
      "",
      "Besides the cells, --cell takes 'none', a network that sees the present only, and 'tdnn', a"
          + " time-delay network, which sees the whole window at once."
    })
public final class Forecast extends Task<Forecast.Moment> {
  private static final String TIME_DELAY = "tdnn";
  private static final double TEST = 0.1;
  private static final int HARMONICS = 2;

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
  private double season;

  // Data: a moment of a series; its targets are the values that come next.

  /**
   * A moment of a series.
   *
   * @param time up to which the series is known
   * @param counted for how many of the last times the forecasts count
   */
  record Moment(Series series, int time, int counted) {}

  @Override
  protected List<Moment> read(Path path, Rows rows) throws IOException {
    var series = Series.read(path, new Series.Columns(columns, dateColumn), rows);
    return moments(series, 0, series.length(), 1);
  }

  private static List<Moment> moments(Series series, int from, int to, int counted) {
    return IntStream.range(from, to).mapToObj(t -> new Moment(series, t, counted)).toList();
  }

  @Override
  protected Parts<Moment> parts(Rows rows) throws IOException {
    if (dataFile() == null) {
      return sample(seed());
    }
    var wanted = new Series.Columns(columns, dateColumn);
    var all = Series.read(dataFile(), wanted, rows);
    int trained = all.length();
    if (validationFile() != null) {
      all = all.then(Series.read(validationFile(), wanted, rows));
    }
    int validated = all.length();
    if (testFile() != null) {
      all = all.then(Series.read(testFile(), wanted, rows));
    } else {
      validated -= (int) Math.round(TEST * all.length());
    }
    if (validationFile() == null) {
      trained = validated - (int) Math.round(TEST * all.length());
    }
    return parts(all, trained, validated);
  }

  /** Parts by the times of the targets, so that none of two parts is the same. */
  private Parts<Moment> parts(Series all, int trained, int validated) {
    return new Parts<>(
        moments(all, 0, trained - horizon, window),
        moments(all, trained - 1, validated - horizon, 1),
        moments(all, validated - 1, all.length() - horizon, 1));
  }

  @Override
  protected Parts<Moment> sample(long seed) {
    return parts(MadeSeries.of(1000, seed), 600, 800);
  }

  @Override
  protected Facts learn(List<Moment> training) {
    var last = training.getLast();
    var rows = IntStream.rangeClosed(0, last.time).mapToObj(last.series::row).toList();
    var scale = Standardization.of(rows);
    return Facts.none()
        .with("columns", String.join("\n", last.series.columns()))
        .with("clock", last.series.clock().name())
        .with("means", scale.means())
        .with("deviations", scale.deviations());
  }

  // Model: the values one after the other; at each, how far away the next ones are.

  @Override
  protected List<String> otherCells() {
    return List.of(Settings.NO_CELL, TIME_DELAY);
  }

  @Override
  protected TaskModel<Moment> model(Facts facts) {
    return new Forecaster(facts);
  }

  private final class Forecaster extends TaskModel<Moment> {
    private final Facts facts;
    private final Standardization scale;
    private final int inputs;
    private final BiFunction<Tape, Tensor, Tensor> hidden;
    private final Dropout dropout;
    private final Dense output;

    Forecaster(Facts facts) {
      this.facts = facts;
      scale = new Standardization(facts.numbers("means"), facts.numbers("deviations"));
      inputs = scale.means().length + (season > 0 ? 2 * HARMONICS : 0);
      hidden = hidden(settings());
      dropout = add("dropout", Dropout.of(settings().dropout()));
      output =
          add(
              "output",
              Dense.of(settings().hidden(), horizon).initialized(Initializer.constant(0)));
    }

    private BiFunction<Tape, Tensor, Tensor> hidden(Settings s) {
      return switch (s.cell()) {
        case Settings.NO_CELL ->
            add("dense", Dense.of(inputs, s.hidden()).activation(UnaryOp.TANH))::on;
        case TIME_DELAY ->
            add("delay", TimeDelay.of(inputs, s.hidden(), window).activation(UnaryOp.TANH))::on;
        default ->
            add(
                    "recurrent",
                    Recurrent.of(cell(), inputs, s.hidden())
                        .layers(s.layers())
                        .dropout(s.dropout()))
                ::on;
      };
    }

    @Override
    public int length(Moment moment) {
      return Math.min(window, moment.time + 1);
    }

    @Override
    public Batch batch(List<Moment> moments) {
      var targets = new ArrayList<float[][]>();
      var weights = new ArrayList<float[]>();
      for (var moment : moments) {
        int steps = length(moment);
        var rows = new float[steps][horizon];
        var counts = new float[steps];
        for (int i = Math.max(0, steps - moment.counted); i < steps; i++) {
          int time = moment.time + 1 - steps + i;
          var next = next(moment.series, time);
          if (next != null) {
            counts[i] = 1;
            double now = scale.apply(now(moment.series, time), 0);
            for (int h = 0; h < horizon; h++) {
              rows[i][h] = (float) (scale.apply(next[h], 0) - now);
            }
          }
        }
        targets.add(rows);
        weights.add(counts);
      }
      return Batch.of(inputs(moments), Sequences.ofFeatures(targets).weighted(weights));
    }

    private Sequences inputs(List<Moment> moments) {
      return Sequences.ofFeatures(
          moments.stream()
              .map(
                  moment ->
                      IntStream.rangeClosed(moment.time + 1 - length(moment), moment.time)
                          .mapToObj(time -> inputs(moment.series, time))
                          .toArray(float[][]::new))
              .toList());
    }

    private float[] inputs(Series series, int time) {
      var row = new float[inputs];
      int columns = scale.means().length;
      for (int c = 0; c < columns; c++) {
        double value = series.lastKnown(time, c);
        row[c] = Double.isNaN(value) ? 0 : (float) scale.apply(value, c);
      }
      for (int i = columns; i < inputs; i += 2) {
        int harmonic = 1 + (i - columns) / 2;
        double angle = 2 * Math.PI * harmonic * series.clock(time) / season;
        row[i] = (float) Math.sin(angle);
        row[i + 1] = (float) Math.cos(angle);
      }
      return row;
    }

    private Tensor differences(Tape tape, Sequences inputs) { // [N, horizon]
      return output.on(tape, dropout.on(tape, hidden.apply(tape, tape.input(inputs))));
    }

    @Override
    public Tensor loss(Tape tape, Batch batch, RecurrentState state) {
      return meanSquaredError(differences(tape, batch.inputs()), batch.targets());
    }

    @Override
    public List<Outcome> predict(Tape tape, List<Moment> moments) {
      requireSameKind(moments.getFirst().series);
      var differences = differences(tape, inputs(moments)).unpack();
      var outcomes = new ArrayList<Outcome>();
      for (int i = 0; i < moments.size(); i++) {
        var moment = moments.get(i);
        var last = differences.get(i)[length(moment) - 1];
        var forecast = new float[horizon];
        for (int h = 0; h < horizon; h++) {
          double now = scale.apply(now(moment.series, moment.time), 0);
          forecast[h] = (float) scale.invert(now + last[h], 0);
        }
        outcomes.add(outcome(moment, forecast));
      }
      return outcomes;
    }

    private double now(Series series, int time) {
      double value = series.lastKnown(time, 0);
      return Double.isNaN(value) ? scale.means()[0] : value;
    }

    private void requireSameKind(Series series) {
      var columnsOfModel = List.of(facts.text("columns").split("\n", -1));
      if (!series.columns().equals(columnsOfModel)) {
        throw new IllegalArgumentException(
            "columns: expected " + columnsOfModel + " as in training, got " + series.columns());
      }
      var clock = facts.text("clock");
      if (season > 0 && !series.clock().name().equals(clock)) {
        throw new IllegalArgumentException(
            "times: expected " + clock + " as in training, got " + series.clock());
      }
    }
  }

  // Training: each step of each window counts; validation and test count each time once.

  @Override
  protected Settings defaults(Effort effort) {
    var settings = Settings.of("gru", 32).epochs(60, 10).learning(1e-3, 1);
    return effort == Effort.FULL ? settings : settings.epochs(15, 15).learning(5e-3, 1);
  }

  @Override
  protected String unit() {
    return "values";
  }

  // Evaluation: the error in the unit of the data, and how much smaller it is than that of saying
  // that all stays as it is (persistence), or as it was a season ago (seasonal-naive).

  /** Returns the values that come next; null where one of them is not known. */
  private float @Nullable [] next(Series series, int time) {
    var next = new float[horizon];
    for (int h = 0; h < horizon; h++) {
      int then = time + 1 + h;
      if (then >= series.length() || Double.isNaN(series.value(then, 0))) {
        return null;
      }
      next[h] = (float) series.value(then, 0);
    }
    return next;
  }

  private float[] persistence(Moment moment) {
    var forecast = new float[horizon];
    Arrays.fill(forecast, (float) moment.series.lastKnown(moment.time, 0));
    return forecast;
  }

  /** Returns the values of as many whole seasons ago as are needed; null before there was one. */
  private float @Nullable [] seasonal(Moment moment) {
    int steps = (int) Math.round(season);
    var forecast = new float[horizon];
    for (int h = 0; h < horizon; h++) {
      int then = moment.time + 1 + h - steps * (h / steps + 1);
      if (then < 0) {
        return null;
      }
      forecast[h] = (float) moment.series.lastKnown(then, 0);
    }
    return forecast;
  }

  private Outcome outcome(Moment moment, float[] forecast) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("after", moment.series.label(moment.time));
    fields.put("value", (float) moment.series.lastKnown(moment.time, 0));
    for (int h = 0; h < horizon; h++) {
      fields.put("forecast " + (h + 1), forecast[h]);
    }
    var next = next(moment.series, moment.time);
    if (next == null) {
      return Outcome.of(fields);
    }
    var statistics = new ArrayList<double[]>();
    statistics.add(Statistics.squaredErrors(forecast, next));
    statistics.add(Statistics.absoluteErrors(forecast, next));
    statistics.add(Statistics.squaredErrorsAgainst(persistence(moment), forecast, next));
    if (season > 0) {
      var seasonal = seasonal(moment);
      statistics.add(
          seasonal == null
              ? new double[2]
              : Statistics.squaredErrorsAgainst(seasonal, forecast, next));
    }
    return new Outcome(fields, statistics);
  }

  @Override
  protected List<Measure> measures(Facts facts) {
    var measures =
        new ArrayList<>(
            List.of(
                Measures.rmse(""),
                Measures.mae(""),
                Measures.SKILL.named("skill against persistence")));
    if (season > 0) {
      measures.add(Measures.SKILL.named("skill against seasonal-naive"));
    }
    return measures;
  }

  @Override
  protected List<Outcome> baseline(Parts<Moment> parts, Facts facts) {
    return parts.test().stream()
        .map(moment -> outcome(moment, persistence(moment)))
        .filter(outcome -> !outcome.statistics().isEmpty())
        .toList();
  }

  @Override
  protected void report(Report<Moment> report) throws IOException {
    var lines = new LinesPicture("Next value in the test part", "time");
    for (int i = 0; i < report.examples().size(); i++) {
      var moment = report.examples().get(i);
      var fields = report.outcomes().get(i).fields();
      lines.add("actual", moment.series.value(moment.time + 1, 0));
      lines.add("forecast", number(fields.get("forecast 1")));
      lines.add("persistence", number(fields.get("value")));
    }
    lines.draw(report.folder().resolve("forecast.png"));
  }

  private static double number(@Nullable Object field) {
    return field instanceof Number number ? number.doubleValue() : Double.NaN;
  }
}
