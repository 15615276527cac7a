package dev.recurrent.cpu;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.contract.CellProblem;
import dev.recurrent.contract.CellProblem.Setup;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.SequenceLayout;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checks that no kernel of the catalogue boxes vectors: a boxed one is 48 bytes and more, and a
 * call has thousands.
 */
@Tag("compiled")
@Tag("lanes")
class KernelAllocationsTest {
  /** A training call makes a few views of matrices; boxed vectors would be megabytes. */
  private static final long MOST_BYTES_OF_TRAINING = 20_000;

  static List<CellDefinition> cells() {
    return Cells.all();
  }

  @ParameterizedTest
  @MethodSource("cells")
  void stepAllocatesNothingAndTrainingBoxesNoVector(CellDefinition cell) {
    var program = cell.program(CellSizes.of(48, 48));
    var step = Setup.of(program, SequenceLayout.uniform(1, 1), 7).with(Mode.INFERENCE);
    var training = Setup.of(program, SequenceLayout.uniform(8, 24), 7).with(Mode.TRAINING);
    try (var backend = new CpuBackend(1);
        var kernel = backend.compile(program);
        var one = new CellProblem(backend, step);
        var many = new CellProblem(backend, training)) {
      Allocations.assertAtMost(0, () -> kernel.forward(one.forwardCall()).close());
      Allocations.assertAtMost(MOST_BYTES_OF_TRAINING, () -> many.run(kernel));
    }
  }
}
