package dev.recurrent.bench;

import dev.recurrent.bench.compare.Comparison;
import dev.recurrent.bench.compare.Goals;
import dev.recurrent.bench.compare.Peer;
import dev.recurrent.bench.compare.Row;
import dev.recurrent.bench.compare.Work;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compares this project with other libraries on the same work; started by rnn-bench/compare. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Times Recurrent beside PyTorch, JAX, ONNX Runtime, DL4J and ND4J on the same work, in turn,"
          + " and writes comparison.md, comparison.json and comparison.png.",
      "A library that is not there is reported as missing."
    })
public final class Compare implements Callable<Integer> {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "where the results go: ${DEFAULT-VALUE}")
  private Path out = Path.of("runs", "compare");

  @Option(
      names = "--python",
      paramLabel = "FILE",
      description = "a Python with torch, jax, onnxruntime and onnx, or some of them ($PYTHON)")
  private @Nullable Path python;

  @Option(names = "--threads", description = "threads of each candidate; default: the cores")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--seconds",
      description = "seconds for which each candidate is timed in each round: ${DEFAULT-VALUE}")
  private double seconds = 1;

  @Option(names = "--rounds", description = "rounds of each row: ${DEFAULT-VALUE}")
  private int rounds = 3;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "candidates to run beside ours: torch, jax, onnxruntime, dl4j, nd4j")
  private List<String> only = List.of("torch", "onnxruntime", "jax", "dl4j", "nd4j");

  @Option(
      names = "--cells",
      split = ",",
      paramLabel = "CELL",
      description = "cells to run: rnn, gru, lstm, lstm-peephole")
  private List<String> cells = List.of();

  @Option(
      names = "--quick",
      description =
          "the LSTMs on two small shapes, in less than a minute: to try it out, not to measure")
  private boolean quick;

  /** The launcher rnn-bench/compare says where it is. */
  @Option(names = "--script", hidden = true)
  private Path script = Path.of("rnn-bench", "peers.py");

  /** Runs the command. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Compare()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    if (threads < 1 || rounds < 1 || !(seconds > 0)) {
      throw new CommandLine.ParameterException(
          new CommandLine(this), "--threads, --rounds, --seconds: expected more than 0");
    }
    var wanted = cells.isEmpty() && quick ? List.of("lstm", "lstm-peephole") : cells;
    var works =
        Stream.concat(
                Work.on(quick ? Work.QUICK : Work.FULL).stream(),
                Stream.of(quick ? Work.QUICK_TEXT : Work.TEXT))
            .filter(work -> wanted.isEmpty() || wanted.contains(work.cell().id()))
            .toList();
    var plan =
        quick
            ? new Comparison.Plan(works, threads, 1, 0.3, 0.1, 3)
            : new Comparison.Plan(works, threads, rounds, seconds, seconds, 8);
    var peers = new ArrayList<Peer>();
    try {
      peers.add(Peer.java(Row.OURS, "cpu", threads));
      for (var name : only) {
        peers.add(peer(name.strip().toLowerCase(Locale.ROOT)));
      }
      peers.forEach(
          peer ->
              System.err.println(
                  peer.title()
                      + ": "
                      + (peer.missing() == null ? peer.version() : "missing: " + peer.missing())));
      var report = new Comparison(peers, plan, System.err::println).run();
      report.write(out);
      System.out.println(report.markdown());
      System.err.println("written: comparison.md, comparison.json, comparison.png in " + out);
    } finally {
      peers.forEach(Peer::close);
    }
    return 0;
  }

  private Peer peer(String name) {
    return switch (name) {
      case "torch" -> python(Goals.PYTORCH, name);
      case "jax" -> python(Goals.JAX, name);
      case "onnxruntime" -> python(Goals.ONNX_RUNTIME, name);
      case "dl4j" -> Peer.java("DL4J", name, threads);
      case "nd4j" -> Peer.java("ND4J", name, threads);
      default ->
          throw new CommandLine.ParameterException(
              new CommandLine(this),
              "--only: expected some of torch, jax, onnxruntime, dl4j, nd4j, got " + name);
    };
  }

  private Peer python(String title, String name) {
    var variable = System.getenv("PYTHON");
    var interpreter =
        python != null
            ? python
            : Path.of(variable == null || variable.isBlank() ? "python3" : variable);
    if (!Files.exists(script)) {
      throw new IllegalStateException("--script: expected a file, got " + script);
    }
    return Peer.python(title, name, threads, List.of(interpreter, script));
  }
}
