package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.meanSquaredError;

import dev.recurrent.cell.Initializer;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.data.Rows;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.Moment;
import dev.recurrent.examples.harness.Outcome;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.SeriesWindows;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.Streaming;
import dev.recurrent.examples.harness.Task;
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.harness.Windows;
import dev.recurrent.examples.made.MadeSeries;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
          + " taken to be the last one before it, and does not count in the score; a row without a"
          + " date, where others have one, is left out.",
      "",
      "Besides the cells, --cell takes 'none', a network that sees the present only, and 'tdnn', a"
          + " time-delay network, which sees the whole window at once."
    })
public final class Forecast extends Task<Moment> {
  private static final String TIME_DELAY = "tdnn";

  @Mixin private ForecastOptions options;

  // Data: the moments of a series; the targets are the values that come next.

  @Override
  protected List<Moment> read(Path path, Rows rows) throws IOException {
    var moments = new ArrayList<Moment>();
    for (var series : options.series(path, rows)) {
      moments.addAll(Moment.of(series, 0, series.length(), 1));
    }
    return moments;
  }

  @Override
  protected Parts<Moment> parts(Rows rows) throws IOException {
    if (dataFile() == null) {
      return sample(seed());
    }
    var validation = validationFile() == null ? null : options.series(validationFile(), rows);
    var test = testFile() == null ? null : options.series(testFile(), rows);
    var training = options.series(dataFile(), rows);
    if (validation != null && test != null && isGiven("--shares")) {
      throw wrongUsage("--shares: expected a part to take from the data, got a file for each");
    }
    var parts = options.windows().parts(training, new Windows.Later(validation, test), shares());
    SeriesWindows.constants(parts.training()).forEach(rows::note);
    return parts;
  }

  @Override
  protected void learnt(Facts facts) {
    options.take(SeriesWindows.columns(facts));
  }

  @Override
  protected boolean hasTarget(Moment moment, Facts facts) {
    return moment.next(options.windows().horizon()).isPresent();
  }

  @Override
  protected Parts<Moment> sample(long seed) {
    return options.windows().parts(List.of(MadeSeries.of(1000, seed)), 600, 800);
  }

  @Override
  protected Facts learn(List<Moment> training) {
    return SeriesWindows.learn(training);
  }

  // Model: the values one after the other; at each, how far away the next ones are.

  @Override
  protected List<String> otherCells() {
    return List.of(Settings.NO_CELL, TIME_DELAY);
  }

  @Override
  protected TaskModel<Moment> model(Facts facts) {
    return new Forecaster(new SeriesWindows(facts, options.windows(), options.season));
  }

  private final class Forecaster extends TaskModel<Moment> {
    private final SeriesWindows numbers;
    private final BiFunction<Tape, Tensor, Tensor> hidden;
    private final Dropout dropout;
    private final Dense output;

    Forecaster(SeriesWindows numbers) {
      this.numbers = numbers;
      var s = settings();
      hidden = hidden(s, numbers.width());
      dropout = add("dropout", Dropout.of(s.dropout()));
      var last = Dense.of(s.hidden(), options.windows().horizon());
      output = add("output", last.initialized(Initializer.constant(0)));
    }

    private BiFunction<Tape, Tensor, Tensor> hidden(Settings s, int inputs) {
      return switch (s.cell()) {
        case Settings.NO_CELL ->
            add("dense", Dense.of(inputs, s.hidden()).activation(UnaryOp.TANH))::on;
        case TIME_DELAY -> {
          var delay = TimeDelay.of(inputs, s.hidden(), options.windows().seen());
          yield add("delay", delay.activation(UnaryOp.TANH))::on;
        }
        default -> {
          var recurrent = Recurrent.of(cell(), inputs, s.hidden());
          recurrent.layers(s.layers()).dropout(s.dropoutBetweenLayers());
          yield add("recurrent", recurrent)::on;
        }
      };
    }

    @Override
    public int length(Moment moment) {
      return options.windows().length(moment);
    }

    @Override
    public Batch batch(List<Moment> moments) {
      return Batch.of(numbers.inputs(moments), numbers.targets(moments));
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
      var differences = differences(tape, numbers.inputs(moments)).unpack();
      var outcomes = new ArrayList<Outcome>();
      for (int i = 0; i < moments.size(); i++) {
        var moment = moments.get(i);
        var forecast = numbers.forecast(moment, differences.get(i)[length(moment) - 1]);
        outcomes.add(options.forecasts().outcome(moment, forecast, numbers::written));
      }
      return outcomes;
    }

    @Override
    public Streaming streaming(Rows rows) { // a line is a row of the table
      var series = options.arriving(rows);
      return Streaming.of(this, (place, line) -> series.read(place, line).map(Moment::last));
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

  @Override
  protected List<Measure> measures(Facts facts) {
    return options.forecasts().measures();
  }

  @Override
  protected List<Outcome> baseline(Parts<Moment> parts, Facts facts) {
    return options.forecasts().persistence(parts.test());
  }

  @Override
  protected void report(Report<Moment> report) throws IOException {
    options.forecasts().report(report);
  }
}
