package dev.recurrent.examples.harness;

import dev.recurrent.data.Clock;
import dev.recurrent.data.Series;
import dev.recurrent.data.Standardization;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.io.Quoted;
import dev.recurrent.tape.Sequences;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Shows windows of a series to a network: each number by its distance from the mean of the training
 * data in standard deviations, and which part of the season it is by sines and cosines. What the
 * network says at each step is the difference between the number just seen and each of those that
 * come next.
 */
public final class SeriesWindows {
  private static final int HARMONICS = 2;

  private final List<String> columns;
  private final String clock;
  private final Standardization scale;
  private final Windows windows;
  private final double season;

  /**
   * Takes what was learnt.
   *
   * @param season the times of a season; 0 for none
   */
  public SeriesWindows(Facts facts, Windows windows, double season) {
    columns = facts.vocabulary("columns").tokens();
    clock = facts.text("clock");
    scale = new Standardization(facts.numbers("means"), facts.numbers("deviations"));
    if (scale.means().length != columns.size()) {
      throw new IllegalArgumentException(
          "facts of the model: expected a mean for each of the %d columns, got %d"
              .formatted(columns.size(), scale.means().length));
    }
    this.windows = windows;
    this.season = season;
  }

  /** Learns means and deviations of the training data alone, of all its series together. */
  public static Facts learn(List<Moment> training) {
    var source = training.getLast().series().source();
    var form = source.form().orElseThrow();
    var scale = Standardization.of(rows(training));
    return Facts.none()
        .with("columns", Vocabulary.of(source.numbers()))
        .with("date column", source.label())
        .with("date format", form.pattern())
        .with("clock", form.clock().orElseThrow().name())
        .with("means", scale.means())
        .with("deviations", scale.deviations());
  }

  /** Returns the columns that a model was trained with. */
  public static Series.Columns columns(Facts facts) {
    var clock = facts.constant("clock", Clock.class);
    var form = new Series.TimeForm(facts.text("date format"), Optional.of(clock));
    return new Series.Columns(facts.vocabulary("columns").tokens(), facts.text("date column"))
        .dated(form);
  }

  /** Returns the numbers of all times that train, {@code [times][columns]}. */
  private static List<double[]> rows(List<Moment> training) {
    var last = new LinkedHashMap<Series, Integer>();
    training.forEach(moment -> last.merge(moment.series(), moment.time(), Math::max));
    var rows = new ArrayList<double[]>();
    last.forEach(
        (series, time) -> IntStream.rangeClosed(0, time).mapToObj(series::row).forEach(rows::add));
    return rows;
  }

  /** Says which columns do not change where they train, so that nothing is learnt from them. */
  public static List<String> constants(List<Moment> training) {
    var rows = rows(training);
    var columns = training.getFirst().series().columns();
    return IntStream.range(0, columns.size())
        .filter(c -> Standardization.isConstant(rows.stream().mapToDouble(r -> r[c]).toArray()))
        .mapToObj(
            c ->
                "warning: the column %s is constant where it trains, so that nothing is learnt %s"
                    .formatted(Quoted.quote(columns.get(c)), c == 0 ? "of it" : "from it"))
        .toList();
  }

  /** Returns how many numbers the network sees of a time. */
  public int width() {
    return columns.size() + (season > 0 ? 2 * HARMONICS : 0);
  }

  /**
   * Returns what the network sees at moments of a series, a step for each time of the window. A
   * number that is missing is the last one before it.
   *
   * @throws IllegalArgumentException if the series is of other columns, or another clock, than in
   *     training
   */
  public Sequences inputs(List<Moment> moments) {
    requireSameKind(moments.getFirst().series());
    var inputs = new ArrayList<float[][]>();
    for (var moment : moments) {
      var times = windows.times(moment);
      inputs.add(times.mapToObj(t -> input(moment.series(), t)).toArray(float[][]::new));
    }
    return Sequences.ofFeatures(inputs);
  }

  private float[] input(Series series, int time) {
    var row = new float[width()];
    for (int c = 0; c < columns.size(); c++) {
      double value = series.lastKnown(time, c);
      row[c] = Double.isNaN(value) ? 0 : (float) scale.apply(value, c);
    }
    for (int i = columns.size(); i < row.length; i += 2) {
      int harmonic = 1 + (i - columns.size()) / 2;
      double angle = 2 * Math.PI * harmonic * series.clock(time) / season;
      row[i] = (float) Math.sin(angle);
      row[i + 1] = (float) Math.cos(angle);
    }
    return row;
  }

  /**
   * Returns what the network is to say. The steps that count are those that the moments say, as far
   * as it is known what came next.
   */
  public Sequences targets(List<Moment> moments) {
    var targets = new ArrayList<float[][]>();
    var weights = new ArrayList<float[]>();
    for (var moment : moments) {
      var steps = windows.times(moment).mapToObj(moment::at).toList();
      var rows = new float[steps.size()][windows.horizon()];
      var counts = new float[steps.size()];
      for (int i = Math.max(0, steps.size() - moment.counted()); i < steps.size(); i++) {
        var next = steps.get(i).next(windows.horizon());
        if (next.isPresent()) {
          rows[i] = differences(steps.get(i), next.get());
          counts[i] = 1;
        }
      }
      targets.add(rows);
      weights.add(counts);
    }
    return Sequences.ofFeatures(targets).weighted(weights);
  }

  private float[] differences(Moment moment, double[] next) {
    double now = now(moment);
    var differences = new float[next.length];
    for (int h = 0; h < next.length; h++) {
      differences[h] = (float) (scale.apply(next[h], 0) - now);
    }
    return differences;
  }

  /** Returns the forecast at a moment at which the network says the given differences. */
  public double[] forecast(Moment moment, float[] differences) {
    double now = now(moment);
    var forecast = new double[differences.length];
    Arrays.setAll(forecast, h -> scale.invert(now + differences[h], 0));
    return forecast;
  }

  /**
   * Returns a forecast as it is written: with the decimals that a difference in single precision
   * can tell.
   */
  public double written(double forecast) {
    int decimals = Math.max(0, (int) Math.ceil(6 - Math.log10(scale.deviations()[0])));
    return Double.isFinite(forecast)
        ? BigDecimal.valueOf(forecast).setScale(decimals, RoundingMode.HALF_EVEN).doubleValue()
        : forecast;
  }

  private double now(Moment moment) {
    double value = moment.series().lastKnown(moment.time(), 0);
    return scale.apply(Double.isNaN(value) ? scale.means()[0] : value, 0);
  }

  private void requireSameKind(Series series) {
    if (!series.columns().equals(columns)) {
      throw new IllegalArgumentException(
          "columns: expected " + columns + " as in training, got " + series.columns());
    }
    if (season > 0 && !series.clock().name().equals(clock)) {
      throw new IllegalArgumentException(
          "times: expected " + clock + " as in training, got " + series.clock());
    }
  }
}
