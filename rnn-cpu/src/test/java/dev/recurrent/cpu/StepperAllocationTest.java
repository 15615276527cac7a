package dev.recurrent.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import dev.recurrent.layer.Recurrent;
import org.junit.jupiter.api.Test;

class StepperAllocationTest {
  @Test
  void aStepAllocatesNothing() {
    for (var cell : Cells.all()) {
      try (var backend = new CpuBackend(1);
          var layer = Recurrent.of(cell, 20, 40).layers(2).build(backend, 1);
          var stepper = layer.stepper()) {
        var x = new float[20];
        long bytes = Allocations.perCall(() -> stepper.step(x));
        assertTrue(bytes < 100, cell + " allocates " + bytes + " bytes a step");
      }
    }
  }
}
