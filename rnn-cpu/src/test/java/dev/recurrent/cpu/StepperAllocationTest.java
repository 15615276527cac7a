package dev.recurrent.cpu;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import dev.recurrent.layer.Recurrent;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("compiled")
class StepperAllocationTest {
  /** Less than any vector that is boxed at each step. */
  private static final long MOST_BYTES = 99;

  static List<CellDefinition> cells() {
    return Cells.all();
  }

  @ParameterizedTest
  @MethodSource("cells")
  void aStepAllocatesNothing(CellDefinition cell) {
    try (var backend = new CpuBackend(1);
        var layer = Recurrent.of(cell, 20, 40).layers(2).build(backend, 1);
        var stepper = layer.stepper()) {
      var x = new float[20];
      Allocations.assertAtMost(MOST_BYTES, () -> stepper.step(x));
    }
  }
}
