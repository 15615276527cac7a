package dev.recurrent.bench.compare;

import static dev.recurrent.cell.Functions.sigmoid;
import static dev.recurrent.cell.Functions.tanh;

import dev.recurrent.Backends;
import dev.recurrent.cell.CellDefinition;
import dev.recurrent.spi.BackendOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures, in a JVM of its own, how long it takes from the definition of a new cell to its first
 * call at full speed: with all that a user waits for, such as loading classes, generating code and
 * C2.
 */
final class FirstSteps {
  private static final Work.Shape SHAPE = new Work.Shape(128, 128, 32, 50, 1);
  private static final int WINDOW = 5;
  private static final double NEAR = 1.1;

  private FirstSteps() {}

  /** Prints the seconds; takes mode, threads and for how long to run. */
  public static void main(String[] arguments) {
    var mode = Work.Mode.valueOf(arguments[0].toUpperCase(Locale.ROOT));
    var options = new BackendOptions(Integer.parseInt(arguments[1]));
    double seconds = Double.parseDouble(arguments[2]);
    long start = System.nanoTime();
    var cell =
        CellDefinition.named(
            "my-own",
            c -> {
              var x = c.input();
              var h = c.state("h");
              var m = c.state("c");
              var f = sigmoid(c.linear("f", x, h).plus(c.vector("p").times(m)));
              var g = tanh(c.linear("g", x, h));
              var o = sigmoid(c.linear("o", x, h));
              var mNext = f.times(m).plus(g).minus(f.times(g));
              c.next("c", mNext);
              c.next("h", o.times(tanh(mNext)));
            });
    var ends = new ArrayList<Double>(); // in seconds from the definition on
    var durations = new ArrayList<Double>();
    try (var backend = Backends.open("cpu", options);
        var workload = new OwnWorkload(backend, cell, SHAPE, mode)) {
      while (ends.isEmpty() || ends.getLast() < seconds) {
        long before = System.nanoTime();
        workload.run();
        long after = System.nanoTime();
        durations.add((after - before) * 1e-6);
        ends.add((after - start) * 1e-9);
      }
    }
    System.out.println(fullSpeed(ends, durations));
  }

  /** Returns when the median of the last few calls is first near that of the last third. */
  static double fullSpeed(List<Double> ends, List<Double> durations) {
    int count = durations.size();
    double last = Timing.median(durations.subList(count - Math.ceilDiv(count, 3), count));
    for (int i = 0; i + WINDOW <= count; i++) {
      if (Timing.median(durations.subList(i, i + WINDOW)) <= NEAR * last) {
        return ends.get(i);
      }
    }
    return ends.getLast();
  }
}
