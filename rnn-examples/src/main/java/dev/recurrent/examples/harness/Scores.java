package dev.recurrent.examples.harness;

import dev.recurrent.examples.run.Numbers;
import dev.recurrent.io.AtomicFiles;
import dev.recurrent.score.Bootstrap;
import dev.recurrent.score.Goal;
import dev.recurrent.score.Measure;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Holds the scores of a model with their 95 % intervals, beside those of a baseline. */
final class Scores {
  static final String FILE = "scores.json";
  private static final int RESAMPLES = 1000;
  private static final long SEED = 1;

  private final List<Row> rows;

  /** Is one score. */
  private record Row(Measure measure, Bootstrap.Interval interval, double baseline) {
    String format(double number) {
      return Numbers.format("%.4f", number)
          + (measure.unit().isEmpty() ? "" : " " + measure.unit());
    }

    /** Tells whether the score is better with its whole interval: not by chance. */
    boolean isBetterThanBaseline() {
      return Double.isNaN(baseline)
          || (measure.goal() == Goal.MAXIMIZE
              ? interval.low() > baseline
              : interval.high() < baseline);
    }
  }

  private Scores(List<Row> rows) {
    this.rows = rows;
  }

  /**
   * Computes the scores of those outcomes that have targets.
   *
   * @param baseline the outcomes without learning, or none
   */
  static Scores of(List<Measure> measures, List<Outcome> outcomes, List<Outcome> baseline) {
    var scored = outcomes.stream().filter(o -> !o.statistics().isEmpty()).toList();
    if (scored.isEmpty()) {
      throw new IllegalArgumentException("examples: expected at least one with a target, got none");
    }
    var rows = new ArrayList<Row>();
    for (int i = 0; i < measures.size(); i++) {
      var measure = measures.get(i);
      var interval = Bootstrap.interval(measure, statistics(scored, i), RESAMPLES, SEED);
      double unlearnt = baseline.isEmpty() ? Double.NaN : measure.of(statistics(baseline, i));
      rows.add(new Row(measure, interval, unlearnt));
    }
    return new Scores(rows);
  }

  private static List<double[]> statistics(List<Outcome> outcomes, int measure) {
    return outcomes.stream().map(outcome -> outcome.statistics().get(measure)).toList();
  }

  void print(PrintWriter out) {
    for (var row : rows) {
      out.println(
          Numbers.format(
              "%-8s %s %s (95 %% of resamples: %s to %s)%s",
              row.equals(rows.getFirst()) ? "score" : "",
              row.measure.name(),
              row.format(row.interval.score()),
              Numbers.format("%.4f", row.interval.low()),
              Numbers.format("%.4f", row.interval.high()),
              Double.isNaN(row.baseline)
                  ? ""
                  : "; without learning " + Numbers.format("%.4f", row.baseline)));
    }
  }

  /** Tells whether all scores are better than those of the baseline, and says so. */
  boolean beatsBaseline(PrintWriter out) {
    boolean better = rows.stream().allMatch(Row::isBetterThanBaseline);
    out.println("quick    " + (better ? "it has learnt something" : "IT HAS LEARNT NOTHING"));
    return better;
  }

  void write(Path folder) throws IOException {
    var json = new LinkedHashMap<String, Object>();
    for (var row : rows) {
      var numbers = new LinkedHashMap<String, Object>();
      numbers.put("value", row.interval.score());
      numbers.put("low", row.interval.low());
      numbers.put("high", row.interval.high());
      if (!Double.isNaN(row.baseline)) {
        numbers.put("baseline", row.baseline);
      }
      json.put(row.measure.name(), numbers);
    }
    var mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    AtomicFiles.write(folder.resolve(FILE), mapper.writeValueAsBytes(json));
  }
}
