package dev.recurrent.cpu;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.contract.CellProblem;
import dev.recurrent.contract.CellProblem.Setup;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.SequenceLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

class CpuKernelSharingTest {
  private static final CellSizes SIZES = CellSizes.of(5, 17);

  @Test
  void equalCellsShareTheirCodeHoweverTheyStart() {
    try (var workers = new Workers(1)) {
      var codes = new CellCodes(workers);
      var code = codes.of(Cells.LSTM.program(SIZES));
      assertSame(code, codes.of(Cells.LSTM.program(SIZES)));
      assertSame(code, codes.of(Cells.LSTM.withInitialBias("f", 3).program(SIZES)));
      assertNotSame(code, codes.of(Cells.LSTM.program(CellSizes.of(5, 18))));
      assertNotSame(code, codes.of(Cells.LSTM.withZoneout(0.1).program(SIZES)));
      assertNotSame(code, codes.of(Cells.GRU.program(SIZES)));
    }
  }

  @Test
  void packedParametersAreThoseOfOneVersionAndPlace() {
    var setup =
        Setup.of(Cells.GRU.program(SIZES), SequenceLayout.uniform(1, 1), 7).with(Mode.INFERENCE);
    try (var backend = new CpuBackend(1);
        var problem = new CellProblem(backend, setup)) {
      var plan = new CellCode(setup.program(), backend.workers()).inference();
      var first = new Parameters(setup.program(), plan);
      var call = problem.forwardCall();
      first.update(call.parameters(), call.version());
      assertTrue(first.areThose(call.parameters(), call.version()));
      problem.changeVersion();
      var next = problem.forwardCall();
      assertTrue(!first.areThose(next.parameters(), next.version()));
      assertTrue(!first.areThose(List.copyOf(call.parameters().reversed()), call.version()));
    }
  }

  @Test
  void aClosedBackendIsRefusedEverywhere() {
    var setup = Setup.of(Cells.GRU.program(SIZES), SequenceLayout.uniform(2, 3), 7);
    var backend = new CpuBackend(1);
    var kernel = backend.compile(setup.program());
    var problem = new CellProblem(backend, setup);
    var trace = kernel.forward(problem.forwardCall());
    var x = problem.forwardCall().input();
    var square = Matrix.of(backend.memory().allocate(DataType.FLOAT32, 36), 6, 6);
    backend.close();
    backend.close();
    for (Runnable use :
        List.<Runnable>of(
            () -> kernel.forward(problem.forwardCall()),
            () -> kernel.backward(trace, problem.backwardCall()),
            () -> backend.compile(setup.program()),
            () -> backend.memory().allocate(DataType.FLOAT32, 1),
            () -> backend.ops().affine(x, 2, 1, x),
            () -> backend.ops().multiply(x, x.transposed(), square, 0),
            () -> backend.ops().softmax(x, x))) {
      var message = assertThrows(IllegalStateException.class, use::run).getMessage();
      assertTrue(message.startsWith("backend cpu: expected an open one"), message);
    }
  }
}
