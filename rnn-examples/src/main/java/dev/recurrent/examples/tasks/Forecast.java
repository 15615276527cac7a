package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.meanSquaredError;

import dev.recurrent.cell.Initializer;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.data.Rows;
import dev.recurrent.data.Series;
import dev.recurrent.data.Standardization;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.Forecasts;
import dev.recurrent.examples.harness.Moment;
import dev.recurrent.examples.harness.Outcome;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.Task;
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.made.MadeSeries;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Dropout;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.layer.TimeDelay;
import dev.recurrent.score.Measure;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
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
public final class Forecast extends Task<Moment> {
  private static final String TIME_DELAY = "tdnn";
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

  // Data: the moments of a series; the targets are the values that come next.

  @Override
  protected List<Moment> read(Path path, Rows rows) throws IOException {
    var series = series(path, rows);
    return Moment.of(series, 0, series.length(), 1);
  }

  private Series series(Path path, Rows rows) throws IOException {
    return Series.read(path, new Series.Columns(columns, dateColumn), rows);
  }

  @Override
  protected Parts<Moment> parts(Rows rows) throws IOException {
    if (dataFile() == null) {
      return sample(seed());
    }
    var all = series(dataFile(), rows);
    int trained = all.length();
    all = validationFile() == null ? all : all.then(series(validationFile(), rows));
    int validated = all.length();
    all = testFile() == null ? all : all.then(series(testFile(), rows));
    int tenth = Math.round(all.length() / 10f);
    validated -= testFile() == null ? tenth : 0;
    trained = validationFile() == null ? validated - tenth : trained;
    return new Moment.Cuts(trained, validated, window, horizon).apply(all);
  }

  @Override
  protected Parts<Moment> sample(long seed) {
    return new Moment.Cuts(600, 800, window, horizon).apply(MadeSeries.of(1000, seed));
  }

  @Override
  protected Facts learn(List<Moment> training) {
    var last = training.getLast();
    var rows = IntStream.rangeClosed(0, last.time()).mapToObj(last.series()::row).toList();
    var scale = Standardization.of(rows);
    return Facts.none()
        .with("columns", String.join("\n", last.series().columns()))
        .with("clock", last.series().clock().name())
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
      return Math.min(window, moment.time() + 1);
    }

    @Override
    public Batch batch(List<Moment> moments) {
      var targets = new ArrayList<float[][]>();
      var weights = new ArrayList<float[]>();
      for (var moment : moments) {
        int steps = length(moment);
        var rows = new float[steps][horizon];
        var counts = new float[steps];
        for (int i = Math.max(0, steps - moment.counted()); i < steps; i++) {
          int time = moment.time() + 1 - steps + i;
          var next = forecasts().next(moment.series(), time);
          if (next != null) {
            counts[i] = 1;
            double now = scale.apply(now(moment.series(), time), 0);
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
                      IntStream.rangeClosed(moment.time() + 1 - length(moment), moment.time())
                          .mapToObj(time -> inputs(moment.series(), time))
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
      requireSameKind(moments.getFirst().series());
      var differences = differences(tape, inputs(moments)).unpack();
      var outcomes = new ArrayList<Outcome>();
      for (int i = 0; i < moments.size(); i++) {
        var moment = moments.get(i);
        var last = differences.get(i)[length(moment) - 1];
        var forecast = new float[horizon];
        for (int h = 0; h < horizon; h++) {
          double now = scale.apply(now(moment.series(), moment.time()), 0);
          forecast[h] = (float) scale.invert(now + last[h], 0);
        }
        outcomes.add(forecasts().outcome(moment, forecast));
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

  // Evaluation: errors, and how much smaller they are than those of forecasts without learning.

  private Forecasts forecasts() {
    return new Forecasts(horizon, (int) Math.round(season));
  }

  @Override
  protected List<Measure> measures(Facts facts) {
    return forecasts().measures();
  }

  @Override
  protected List<Outcome> baseline(Parts<Moment> parts, Facts facts) {
    return forecasts().persistence(parts.test());
  }

  @Override
  protected void report(Report<Moment> report) throws IOException {
    forecasts().report(report);
  }
}
