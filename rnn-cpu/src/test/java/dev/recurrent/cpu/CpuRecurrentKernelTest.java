package dev.recurrent.cpu;

import static dev.recurrent.cell.Functions.mean;
import static dev.recurrent.cell.Functions.relu;
import static dev.recurrent.cell.Functions.sigmoid;
import static dev.recurrent.cell.Functions.tanh;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.contract.CellProblem;
import dev.recurrent.contract.CellProblem.Setup;
import dev.recurrent.contract.RandomCells;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.SequenceLayout;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks what the backend promises beyond the contract: the same bits with any threads. */
@Tag("lanes")
class CpuRecurrentKernelTest {
  private static final CellDefinition OWN =
      CellDefinition.named(
          "own",
          c -> {
            var x = c.input();
            var h = c.state("h");
            var gate = sigmoid(c.linear("gate", x, h));
            var candidate = tanh(c.linear("candidate", x, gate.times(h)));
            c.next("h", h.plus(gate.times(relu(candidate).minus(h))));
          });

  /** A worker may read, of a mask and of a product with the input, what another one writes. */
  private static final CellDefinition WHOLE_ROWS =
      CellDefinition.named(
          "whole-rows",
          c -> {
            int size = c.hiddenSize();
            var product = c.product("x", size, c.input());
            var ofMask = c.product("m", size, c.keepMask(0.5));
            var gate = sigmoid(mean(product).plus(product));
            var sum = c.product("s", size, c.input(), c.state("h"));
            ofMask = ofMask.plus(c.product("ss", size, sum));
            c.next("h", tanh(ofMask.plus(gate.times(c.product("xx", size, product)))));
          });

  static Stream<CellDefinition> cells() {
    return Stream.concat(Cells.all().stream(), Stream.of(OWN, WHOLE_ROWS));
  }

  @Test
  void bitsOfRandomCellsAreThoseOfOneThread() {
    compareRandomCells(1000, 40);
  }

  @Test
  @Tag("reliability")
  void bitsOfAThousandRandomCellsAreThoseOfOneThread() {
    compareRandomCells(1040, 1000);
  }

  private static void compareRandomCells(long first, int count) {
    for (long number = first; number < first + count; number++) {
      var program = RandomCells.cell(number).program(CellSizes.of(19, 70));
      int batch = 5 + (int) (number % 7);
      var layout = number % 2 == 0 ? uniform(batch) : SequenceLayout.ofLengths(1, 3, 0, 5, 2, 4, 4);
      var setup = Setup.of(program, layout, number).with(Mode.TRAINING);
      var expected = results(setup, 1);
      for (int threads : new int[] {2, 3}) {
        var got = results(setup, threads);
        for (int i = 0; i < expected.size(); i++) {
          var what = expected.get(i).name() + ", cell " + number + ", " + threads + " threads";
          assertArrayEquals(expected.get(i).elements(), got.get(i).elements(), what);
        }
      }
    }
  }

  /** More rows than are multiplied with the input at once. */
  private static SequenceLayout uniform(int batch) {
    return SequenceLayout.uniform(256 / batch, batch);
  }

  @ParameterizedTest
  @MethodSource("cells")
  void bitsAreThoseOfOneThread(CellDefinition cell) {
    var program = cell.program(CellSizes.of(19, 70));
    var layouts =
        List.of(
            SequenceLayout.uniform(4, 33), // shared out by rows
            SequenceLayout.uniform(3, 5), // shared out by units
            SequenceLayout.ofLengths(3, 0, 5, 1, 4, 4, 2, 5, 5, 5, 1));
    for (var layout : layouts) {
      var setup = Setup.of(program, layout, 7).with(Mode.TRAINING);
      var expected = results(setup, 1);
      for (int threads : new int[] {2, 3, 16}) {
        var got = results(setup, threads);
        for (int i = 0; i < expected.size(); i++) {
          var what = expected.get(i).name() + ", " + threads + " threads, " + layout;
          assertArrayEquals(expected.get(i).elements(), got.get(i).elements(), what);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cells")
  void numberOfWorkersMayChangeFromCallToCall(CellDefinition cell) {
    var program = cell.program(CellSizes.of(19, 70));
    var setup = Setup.of(program, SequenceLayout.uniform(4, 33), 7).with(Mode.TRAINING);
    var expected = results(setup, 1);
    var workers = new Workers(2, new ComingAndGoing());
    var got = results(setup, new CpuBackend(workers));
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i).elements(), got.get(i).elements(), expected.get(i).name());
    }
  }

  /** Has two workers for every other task. */
  private static final class ComingAndGoing extends Crowding {
    private int asked;

    ComingAndGoing() {
      super(2, 2);
    }

    @Override
    int worthwhile(long now) {
      return 1 + asked++ % 2;
    }
  }

  private static List<CellProblem.Result> results(Setup setup, int threads) {
    return results(setup, AllWorkers.backend(threads));
  }

  private static List<CellProblem.Result> results(Setup setup, CpuBackend newBackend) {
    try (var backend = newBackend;
        var kernel = backend.compile(setup.program());
        var problem = new CellProblem(backend, setup)) {
      problem.run(kernel);
      return problem.results();
    }
  }

  @ParameterizedTest
  @MethodSource("cells")
  void forwardPassRepeatsToTheSameBits(CellDefinition cell) {
    var program = cell.program(CellSizes.of(5, 21));
    var setup = Setup.of(program, SequenceLayout.ofLengths(2, 5, 3), 3);
    var first = results(setup, 2);
    var second = results(setup, 2);
    for (int i = 0; i < first.size(); i++) {
      assertArrayEquals(first.get(i).elements(), second.get(i).elements(), first.get(i).name());
    }
    assertEquals(first.size(), second.size());
  }
}
