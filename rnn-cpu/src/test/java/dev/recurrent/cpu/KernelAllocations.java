package dev.recurrent.cpu;

import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.contract.CellProblem;
import dev.recurrent.contract.CellProblem.Setup;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.SequenceLayout;

/** Prints for each cell of the catalogue what its kernel allocates once it is compiled. */
final class KernelAllocations {
  private KernelAllocations() {}

  /** Prints lines {@code <cell> <bytes of an inference step> <bytes of a training call>}. */
  public static void main(String[] arguments) {
    for (var cell : Cells.all()) {
      var program = cell.program(CellSizes.of(48, 48));
      var step = Setup.of(program, SequenceLayout.uniform(1, 1), 7).with(Mode.INFERENCE);
      var training = Setup.of(program, SequenceLayout.uniform(8, 24), 7).with(Mode.TRAINING);
      try (var backend = new CpuBackend(1);
          var kernel = backend.compile(program);
          var one = new CellProblem(backend, step);
          var many = new CellProblem(backend, training)) {
        long ofStep = Allocations.perCall(1, () -> kernel.forward(one.forwardCall()).close());
        long ofTraining = Allocations.perCall(20_000, () -> many.run(kernel));
        System.out.println(cell.name() + " " + ofStep + " " + ofTraining);
      }
    }
  }
}
