package dev.recurrent.examples;

import dev.recurrent.cell.Cells;
import dev.recurrent.examples.bench.RecurrentWork;
import dev.recurrent.examples.bench.Stopwatch;
import dev.recurrent.examples.run.BackendChoice;
import dev.recurrent.examples.run.CellName;
import dev.recurrent.examples.run.Numbers;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
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

  /** Takes the name of what a call does. */
  static final class WorkName implements ITypeConverter<Work> {
    @Override
    public Work convert(String text) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "fwd" -> Work.FWD;
        case "train" -> Work.TRAIN;
        default -> throw new TypeConversionException("expected fwd or train, got " + text);
      };
    }
  }

  @Spec private CommandSpec spec;

  @Option(
      names = "--cell",
      paramLabel = "NAME",
      defaultValue = "lstm",
      converter = CellName.class,
      completionCandidates = CellName.Candidates.class,
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
      converter = WorkName.class,
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
      print(
          new Result(
              cell,
              input,
              hidden,
              batch,
              steps,
              layers,
              train ? "train" : "fwd",
              backend.device().backend(),
              backend.device().device(),
              Runtime.version().toString(),
              timing.medianMs(),
              timing.bestMs(),
              timing.calls(),
              timing.warmUpCalls(),
              flops / timing.medianMs() / 1e6));
    }
    return 0;
  }

  /** Is what {@code --json} prints, by these names. */
  record Result(
      String cell,
      int input,
      int hidden,
      int batch,
      int steps,
      int layers,
      String mode,
      String backend,
      String device,
      String java,
      double medianMs,
      double bestMs,
      int calls,
      int warmUpCalls,
      double gflops) {}

  private void print(Result result) {
    var out = spec.commandLine().getOut();
    if (json) {
      out.println(JsonMapper.shared().writeValueAsString(result));
      return;
    }
    out.println("backend  " + result.backend + " (" + result.device + ")");
    out.println(
        Numbers.format(
            "%s %s: input %d, hidden %d, batch %d, steps %d, layers %d",
            cell, result.mode, input, hidden, batch, steps, layers));
    out.println(
        Numbers.format(
            "median %.3f ms, best %.3f ms of %d calls, %.1f GFLOP/s",
            result.medianMs, result.bestMs, result.calls, result.gflops));
  }
}
