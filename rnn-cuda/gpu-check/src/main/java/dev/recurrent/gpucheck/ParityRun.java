package dev.recurrent.gpucheck;

import dev.recurrent.Backends;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.contract.CellProblem;
import dev.recurrent.contract.CellProblem.Setup;
import dev.recurrent.contract.RandomCells;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.SequenceLayout;
import java.util.SplittableRandom;

/** Compares cells made up at random with the backend cpu, forward and backward. */
public final class ParityRun {
  private static final int CELLS = 60;
  private static final double TOLERANCE = 1e-4;

  private ParityRun() {}

  /** Takes the name of the backend. */
  public static void main(String[] arguments) {
    int failed = 0;
    double worst = 0;
    try (var tested = Backends.open(arguments[0], BackendOptions.DEFAULT);
        var cpu = Backends.open("cpu", BackendOptions.DEFAULT)) {
      for (long seed = 1; seed <= CELLS; seed++) {
        double error = error(tested, cpu, seed);
        worst = Math.max(worst, error);
        if (!(error <= TOLERANCE)) {
          failed++;
          System.out.println("cell " + seed + ": expected at most " + TOLERANCE + ", got " + error);
        }
      }
    }
    System.out.printf(
        "%d passed, %d failed, the worst error is %.2g%n", CELLS - failed, failed, worst);
    System.exit(failed == 0 ? 0 : 1);
  }

  private static double error(Backend tested, Backend cpu, long seed) {
    var random = new SplittableRandom(seed);
    var sizes = CellSizes.of(1 + random.nextInt(70), 2 + random.nextInt(130));
    var program = RandomCells.cell(seed).program(sizes);
    var lengths = random.ints(1 + random.nextInt(40), 0, 12).toArray();
    var setup =
        Setup.of(program, SequenceLayout.ofLengths(lengths), seed)
            .with(Mode.TRAINING)
            .with(random.nextBoolean() ? Direction.FORWARD : Direction.REVERSE);
    try (var a = new CellProblem(tested, setup);
        var b = new CellProblem(cpu, setup);
        var one = tested.compile(program);
        var other = cpu.compile(program)) {
      a.run(one);
      b.run(other);
      return CellComparison.worst(b.results(), a.results());
    }
  }
}
