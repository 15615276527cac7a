package dev.recurrent.bench.compare;

import dev.recurrent.bench.compare.Work.Cell;
import dev.recurrent.bench.compare.Work.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.stream.DoubleStream;

/** Judges the rows of a run by what this project wants to reach. */
public final class Goals {
  /** The titles of the peers that goals name. */
  public static final String PYTORCH = "PyTorch";

  /** See {@link #PYTORCH}. */
  public static final String ONNX_RUNTIME = "ONNX Runtime";

  /** See {@link #PYTORCH}. */
  public static final String JAX = "JAX";

  private static final double SHARE_OF_PRODUCT = 0.7;

  private final List<Row> rows;
  private final List<Goal> goals = new ArrayList<>();

  /** Says how {@code measured} is to stand to {@code wanted}. */
  public enum Sense {
    /** It is to be as large or larger. */
    AT_LEAST("at least"),
    /** It is to be as small or smaller. */
    AT_MOST("at most");

    private final String words;

    Sense(String words) {
      this.words = words;
    }
  }

  /**
   * Is one goal.
   *
   * @param measured empty where a peer is missing or the rows were not run
   */
  public record Goal(
      String name, Mode mode, Sense sense, double wanted, OptionalDouble measured, String unit) {
    /** Returns what is wanted in words. */
    public String target() {
      return sense.words + " " + Text.number(wanted) + unit;
    }

    /** Returns what was measured in words. */
    public String value() {
      return measured.isEmpty() ? "–" : Text.number(measured.getAsDouble()) + unit;
    }

    /** Returns whether the goal is reached, in words. */
    public String verdict() {
      if (measured.isEmpty()) {
        return "not measured";
      }
      double value = measured.getAsDouble();
      boolean reached = sense == Sense.AT_LEAST ? value >= wanted : value <= wanted;
      return reached ? "reached" : "**not reached**";
    }
  }

  private Goals(List<Row> rows) {
    this.rows = rows;
  }

  /**
   * Judges a run.
   *
   * @param bestGflops the speed of our best matrix product, or 0 where it was not measured
   * @param firstSteps seconds until full speed by mode
   */
  public static List<Goal> of(List<Row> rows, double bestGflops, Map<Mode, Double> firstSteps) {
    var all = new Goals(rows);
    all.peers();
    all.share(bestGflops);
    firstSteps.forEach(
        (mode, seconds) ->
            all.add(
                "from the definition of a cell to full speed",
                mode,
                Sense.AT_MOST,
                mode == Mode.FWD ? 2 : 3,
                OptionalDouble.of(seconds),
                " s"));
    return List.copyOf(all.goals);
  }

  private void peers() {
    for (var mode : Work.LAYER_MODES) {
      boolean forward = mode == Mode.FWD;
      least("every single row against PyTorch", mode, 1, PYTORCH, row -> true);
      if (forward) {
        least(
            "every row of batch 1 against ONNX Runtime",
            mode,
            1,
            ONNX_RUNTIME,
            row -> row.work().shape().batch() == 1);
      }
      mean("LSTM against PyTorch", mode, 1.3, PYTORCH, Cell.LSTM);
      mean("GRU against PyTorch", mode, 2, PYTORCH, Cell.GRU);
      mean("Elman against PyTorch", mode, 2, PYTORCH, Cell.ELMAN);
      mean("peephole LSTM against PyTorch's loop", mode, forward ? 3 : 4, PYTORCH, Cell.PEEPHOLE);
      mean(
          "peephole LSTM against JAX's jit of scan", mode, forward ? 1.3 : 1.5, JAX, Cell.PEEPHOLE);
    }
    least(
        "characters a second of a character model, against PyTorch",
        Mode.TEXT,
        1.5,
        PYTORCH,
        row -> true);
  }

  private void mean(String name, Mode mode, double wanted, String peer, Cell cell) {
    var mean = geometricMean(ratios(mode, peer, row -> row.work().cell() == cell));
    add("geometric mean, " + name, mode, Sense.AT_LEAST, wanted, mean, "x");
  }

  private void least(String name, Mode mode, double wanted, String peer, Predicate<Row> filter) {
    add(name, mode, Sense.AT_LEAST, wanted, ratios(mode, peer, filter).min(), "x");
  }

  private DoubleStream ratios(Mode mode, String peer, Predicate<Row> filter) {
    return rows.stream()
        .filter(row -> row.work().mode() == mode)
        .filter(filter)
        .flatMapToDouble(row -> row.ratio(peer).stream());
  }

  /** Training of H >= 256 and B = 64 is to come near the best product. */
  private void share(double bestGflops) {
    if (bestGflops == 0) {
      return;
    }
    for (var cell : Cell.values()) {
      var least =
          rows.stream()
              .filter(row -> row.work().cell() == cell && row.work().mode() == Mode.TRAIN)
              .filter(row -> row.work().shape().hidden() >= 256)
              .filter(row -> row.work().shape().batch() == 64)
              .flatMapToDouble(row -> row.gflops().stream())
              .map(gflops -> gflops / bestGflops)
              .min();
      add(
          cell.title() + ", H >= 256, B = 64: share of the best product's GFLOP/s",
          Mode.TRAIN,
          Sense.AT_LEAST,
          SHARE_OF_PRODUCT,
          least,
          "");
    }
  }

  private void add(
      String name, Mode mode, Sense sense, double wanted, OptionalDouble measured, String unit) {
    goals.add(new Goal(name, mode, sense, wanted, measured, unit));
  }

  /** Returns the geometric mean, or empty if there is nothing. */
  static OptionalDouble geometricMean(DoubleStream values) {
    var mean = values.map(Math::log).average();
    return mean.isEmpty() ? mean : OptionalDouble.of(Math.exp(mean.getAsDouble()));
  }
}
