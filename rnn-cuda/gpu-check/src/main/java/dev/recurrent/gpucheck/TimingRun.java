package dev.recurrent.gpucheck;

import dev.recurrent.Backends;
import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import dev.recurrent.examples.bench.RecurrentWork;
import dev.recurrent.examples.bench.RecurrentWork.Shape;
import dev.recurrent.examples.bench.Stopwatch;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Times forward and training calls of large layers, in every precision that the backend has, beside
 * PyTorch where a Python with it is there. The clock stops when the device is done.
 */
public final class TimingRun {
  private static final double SECONDS = 0.7;
  private static final List<CellDefinition> CELLS =
      List.of(Cells.ELMAN, Cells.GRU, Cells.LSTM, Cells.LSTM_PEEPHOLE);

  /** Sizes between what fits on one processor of a GPU and what fills all of it. */
  private static final List<Shape> SHAPES =
      List.of(
          new Shape(128, 128, 1, 64, 512),
          new Shape(256, 256, 1, 64, 512),
          new Shape(512, 512, 1, 64, 512),
          new Shape(768, 768, 1, 16, 1024),
          new Shape(1024, 1024, 1, 64, 512),
          new Shape(1024, 1024, 1, 1, 512),
          new Shape(700, 700, 1, 20, 512),
          new Shape(2048, 2048, 1, 64, 256),
          new Shape(512, 512, 3, 64, 512));

  private TimingRun() {}

  /** Takes the name of the backend. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    var peers = pyTorch();
    System.out.printf(
        "%-14s %5s %5s %5s %6s %-5s %9s %9s %9s %9s  %s%n",
        "cell", "I=H", "B", "T", "layers", "", "forward", "PyTorch", "train", "PyTorch", "ms");
    int count = 0;
    for (var precision : List.of(Precision.FP32, Precision.BF16, Precision.FP16)) {
      try (var backend = Backends.open(arguments[0], new BackendOptions(0, precision))) {
        for (var cell : CELLS) {
          for (var shape : SHAPES) {
            time(backend, cell, shape, peers);
            count++;
          }
        }
      }
    }
    System.out.println(count + " layers, " + peers.size() + " of them beside PyTorch");
  }

  private static void time(
      Backend backend, CellDefinition cell, Shape shape, Map<String, double[]> peers) {
    try (var work = new RecurrentWork(backend, cell, shape)) {
      double forward = Stopwatch.measure(work::forward, SECONDS / 2, SECONDS).medianMs();
      double train = Stopwatch.measure(work::train, SECONDS / 2, SECONDS).medianMs();
      if (!work.isFinite()) {
        throw new IllegalStateException(cell + ": expected finite numbers, got others");
      }
      var peer = peers.get(key(cell.name(), shape, backend.precision().toString()));
      System.out.printf(
          "%-14s %5d %5d %5d %6d %-5s %9.3f %9s %9.3f %9s%n",
          cell,
          shape.hidden(),
          shape.batch(),
          shape.steps(),
          shape.layers(),
          backend.precision(),
          forward,
          peer == null ? "-" : "%.3f".formatted(peer[0]),
          train,
          peer == null ? "-" : "%.3f".formatted(peer[1]));
    }
  }

  private static String key(String cell, Shape shape, String precision) {
    return "%s %d %d %d %d %s"
        .formatted(cell, shape.hidden(), shape.batch(), shape.steps(), shape.layers(), precision);
  }

  /** Returns milliseconds, forward and training, by what is timed; nothing without PyTorch. */
  private static Map<String, double[]> pyTorch() throws IOException, InterruptedException {
    String script;
    try (var in = TimingRun.class.getResourceAsStream("pytorch.py")) {
      if (in == null) {
        throw new IllegalStateException("not in the jar: pytorch.py");
      }
      script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    var command = new ArrayList<>(List.of("python3", "-c", script));
    for (var shape : SHAPES) {
      command.add(
          "%d,%d,%d,%d".formatted(shape.hidden(), shape.batch(), shape.steps(), shape.layers()));
    }
    var times = new LinkedHashMap<String, double[]>();
    for (var line : run(command)) {
      var words = line.split(" ", -1);
      if (words.length == 9 && words[0].equals("time")) {
        times.put(
            String.join(" ", List.of(words).subList(1, 7)),
            new double[] {Double.parseDouble(words[7]), Double.parseDouble(words[8])});
      } else {
        System.out.println("PyTorch: " + line);
      }
    }
    return times;
  }

  private static List<String> run(List<String> command) throws InterruptedException {
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return text.lines().toList();
    } catch (UncheckedIOException | IOException e) {
      return List.of("not compared: no python3 that can be run");
    }
  }
}
