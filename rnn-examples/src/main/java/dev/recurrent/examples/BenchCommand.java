package dev.recurrent.examples;

import dev.recurrent.cell.Cells;
import dev.recurrent.examples.bench.RecurrentWork;
import dev.recurrent.examples.bench.Stopwatch;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Times a recurrent layer. */
@Command(
    name = "bench",
    header = "Times recurrent layers.",
    synopsisHeading = "%nUsage: ",
    description = {
      "",
      "Prints the median of all calls after a warm-up, and GFLOP/s, which count the matrix products"
          + " only, times 3 for train."
    },
    optionListHeading = "%nOptions:%n",
    abbreviateSynopsis = true,
    sortOptions = false)
final class BenchCommand implements Callable<Integer> {
  /** What a call does. */
  enum Work {
    FWD,
    TRAIN
  }

  @Spec private CommandSpec spec;

  @Option(
      names = "--cell",
      paramLabel = "NAME",
      defaultValue = "lstm",
      converter = TextOptions.CellName.class,
      completionCandidates = TextOptions.CellNames.class,
      description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private String cell;

  @Option(
      names = "--input",
      paramLabel = "N",
      defaultValue = "256",
      converter = Numbers.AtLeastOne.class,
      description = "Input size. Default: ${DEFAULT-VALUE}")
  private int input;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      defaultValue = "256",
      converter = Numbers.AtLeastOne.class,
      description = "Hidden size. Default: ${DEFAULT-VALUE}")
  private int hidden;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "64",
      converter = Numbers.AtLeastOne.class,
      description = "Sequences. Default: ${DEFAULT-VALUE}")
  private int batch;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "100",
      converter = Numbers.AtLeastOne.class,
      description = "Steps of each sequence. Default: ${DEFAULT-VALUE}")
  private int steps;

  @Option(
      names = "--layers",
      paramLabel = "N",
      defaultValue = "1",
      converter = Numbers.AtLeastOne.class,
      description = "Layers. Default: ${DEFAULT-VALUE}")
  private int layers;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      defaultValue = "fwd",
      description =
          "fwd: forward, no gradients; train: forward and backward of sum(y), gradients of all"
              + " parameters. Default: ${DEFAULT-VALUE}")
  private Work mode;

  @Option(
      names = "--seconds",
      paramLabel = "X",
      defaultValue = "1.5",
      converter = Numbers.AboveZero.class,
      description = "Time to measure for, at least 5 calls. Default: ${DEFAULT-VALUE}")
  private double seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "X",
      defaultValue = "4",
      converter = Numbers.NotNegative.class,
      description = "Seconds before that, at least 5 calls. Default: ${DEFAULT-VALUE}")
  private double warmUp;

  @Mixin private BackendChoice backends;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    var shape = new RecurrentWork.Shape(input, hidden, layers, batch, steps);
    try (var backend = backends.open(spec);
        var work = new RecurrentWork(backend, Cells.named(cell), shape)) {
      boolean train = mode == Work.TRAIN;
      var timing = Stopwatch.measure(train ? work::train : work::forward, warmUp, seconds);
      if (!work.isFinite()) {
        throw new IllegalStateException(
            "result: expected finite numbers, got others: this time means nothing");
      }
      double flops = (double) work.productFlops() * (train ? 3 : 1);
      var result = new LinkedHashMap<String, Object>();
      result.put("cell", cell);
      result.put("input", input);
      result.put("hidden", hidden);
      result.put("batch", batch);
      result.put("steps", steps);
      result.put("layers", layers);
      result.put("mode", mode.name().toLowerCase(Locale.ROOT));
      result.put("backend", backend.device().backend());
      result.put("device", backend.device().device());
      result.put("java", Runtime.version().toString());
      result.put("medianMs", timing.medianMs());
      result.put("bestMs", timing.bestMs());
      result.put("calls", timing.calls());
      result.put("warmUpCalls", timing.warmUpCalls());
      result.put("gflops", flops / timing.medianMs() / 1e6);
      print(result, timing);
    }
    return 0;
  }

  private void print(LinkedHashMap<String, Object> result, Stopwatch.Timing timing) {
    var out = spec.commandLine().getOut();
    if (json) {
      out.println(JsonMapper.shared().writeValueAsString(result));
      return;
    }
    out.println("backend  " + result.get("backend") + " (" + result.get("device") + ")");
    out.println(
        Numbers.format(
            "%s %s: input %d, hidden %d, batch %d, steps %d, layers %d",
            cell, result.get("mode"), input, hidden, batch, steps, layers));
    out.println(
        Numbers.format(
            "median %.3f ms, best %.3f ms of %d calls, %.1f GFLOP/s",
            timing.medianMs(), timing.bestMs(), timing.calls(), result.get("gflops")));
  }
}
