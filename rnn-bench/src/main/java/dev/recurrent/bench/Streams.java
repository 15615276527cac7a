package dev.recurrent.bench;

import dev.recurrent.bench.streams.StreamsComparison;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures how many streams a server answers; started by rnn-bench/streams. */
@Command(
    name = "streams",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Serves streams step by step from one LSTM with several threads, with Recurrent, ONNX"
          + " Runtime's Java API and DL4J's rnnTimeStep in turn, and writes streams.md and"
          + " streams.json: streams a second, p50 and p99 of a step.",
      "Each library must first compute what the reference does, and with several threads the bits"
          + " that it has with one."
    })
public final class Streams implements Callable<Integer> {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "where the results go: ${DEFAULT-VALUE}")
  private Path out = Path.of("runs", "streams");

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "libraries beside ours: ${DEFAULT-VALUE}")
  private List<String> only = List.of("onnxruntime", "dl4j");

  @Option(
      names = "--hidden",
      split = ",",
      description = "hidden sizes; the inputs are as many: ${DEFAULT-VALUE}")
  private List<Integer> hidden = List.of(64, 256);

  @Option(
      names = "--threads",
      split = ",",
      description = "numbers of threads that serve: ${DEFAULT-VALUE}")
  private List<Integer> threads = List.of(1, 2, 4, 8);

  @Option(names = "--steps", description = "steps of a stream: ${DEFAULT-VALUE}")
  private int steps = 100;

  @Option(
      names = "--seconds",
      description = "seconds of each timing, and as many to warm up: ${DEFAULT-VALUE}")
  private double seconds = 1;

  @Option(names = "--rounds", description = "how often each row is timed: ${DEFAULT-VALUE}")
  private int rounds = 3;

  @Option(names = "--quick", description = "one round of half a second each, in less than a minute")
  private boolean quick;

  /** Runs the command. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Streams()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    var plan =
        new StreamsComparison.Plan(
            only, hidden, threads, steps, quick ? 1 : rounds, quick ? 0.5 : seconds);
    var report = new StreamsComparison(plan, System.err::println).run();
    report.write(out);
    System.out.print(report.markdown());
    System.err.println("written: streams.md, streams.json in " + out);
    return 0;
  }
}
