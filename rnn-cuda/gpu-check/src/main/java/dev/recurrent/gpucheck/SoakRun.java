package dev.recurrent.gpucheck;

import dev.recurrent.Backends;
import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.contract.CellProblem;
import dev.recurrent.contract.CellProblem.Setup;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.SequenceLayout;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Runs the same work again and again, among work of other shapes that moves memory around, and
 * wants the same bits every time.
 */
public final class SoakRun {
  private static final List<CellDefinition> CELLS =
      List.of(Cells.LSTM, Cells.GRU, Cells.LSTM_LAYERNORM);

  private SoakRun() {}

  /** Takes the name of the backend, and for how many seconds. */
  public static void main(String[] arguments) {
    long nanos = Integer.parseInt(arguments[1]) * 1_000_000_000L;
    int rounds = 0;
    int different = 0;
    try (var backend = Backends.open(arguments[0], BackendOptions.DEFAULT)) {
      var wanted = CELLS.stream().map(cell -> fixedWork(backend, cell)).toList();
      var random = new SplittableRandom(1);
      long start = System.nanoTime();
      while (System.nanoTime() - start < nanos) {
        for (int i = 0; i < CELLS.size(); i++) {
          otherWork(backend, CELLS.get(i), random);
          if (!CellComparison.same(wanted.get(i), fixedWork(backend, CELLS.get(i)))) {
            different++;
            System.out.println("round " + rounds + ", " + CELLS.get(i) + ": other bits");
          }
        }
        rounds++;
      }
    }
    System.out.printf("%d rounds, %d results with other bits%n", rounds, different);
    System.exit(different == 0 && rounds > 0 ? 0 : 1);
  }

  private static List<CellProblem.Result> fixedWork(Backend backend, CellDefinition cell) {
    var program = cell.program(CellSizes.of(48, 96));
    var setup = Setup.of(program, SequenceLayout.uniform(40, 24), 7).with(Mode.TRAINING);
    return run(backend, setup, 3);
  }

  private static void otherWork(Backend backend, CellDefinition cell, SplittableRandom random) {
    var sizes = CellSizes.of(1 + random.nextInt(64), 1 + random.nextInt(128));
    var lengths = random.ints(1 + random.nextInt(32), 0, 30).toArray();
    run(backend, Setup.of(cell.program(sizes), SequenceLayout.ofLengths(lengths), 1), 1);
  }

  /** Adds up so many runs, of which later ones may be replayed. */
  private static List<CellProblem.Result> run(Backend backend, Setup setup, int times) {
    try (var kernel = backend.compile(setup.program());
        var problem = new CellProblem(backend, setup)) {
      for (int i = 0; i < times; i++) {
        problem.run(kernel);
      }
      return problem.results();
    }
  }
}
