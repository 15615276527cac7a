package dev.recurrent.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.contract.CellProblem;
import dev.recurrent.contract.CellProblem.Setup;
import dev.recurrent.cuda.driver.OutOfDeviceMemoryException;
import dev.recurrent.cuda.emulated.EmulatedDevice;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.Precision;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.SequenceLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the backend promises beyond the contract. */
class CudaBackendTest {
  @Test
  void resultsDoNotDependOnTheOrderOfThreads() {
    var wanted = results(1);
    for (long seed : new long[] {2, 3, 99}) {
      var got = results(seed);
      for (int i = 0; i < wanted.size(); i++) {
        assertArrayEquals(wanted.get(i), got.get(i), "seed " + seed + ", result " + i);
      }
    }
  }

  private static List<float[]> results(long seed) {
    var all = new ArrayList<float[]>();
    try (var backend = Emulation.open(seed)) {
      for (var cell : List.of(Cells.LSTM, Cells.GRU_RESET_BEFORE, Cells.LSTM_LAYERNORM)) {
        var program = cell.program(CellSizes.of(5, 37));
        var setup = Setup.of(program, SequenceLayout.ofLengths(2, 4, 0, 3), 1);
        try (var kernel = backend.compile(program);
            var problem = new CellProblem(backend, setup.with(Mode.TRAINING))) {
          problem.run(kernel);
          problem.results().forEach(result -> all.add(result.elements()));
        }
      }
      // Sums over more elements than a block has threads.
      try (var storage = backend.memory().allocate(DataType.FLOAT32, 70 * 300);
          var sum = backend.memory().allocate(DataType.FLOAT32, 1)) {
        var values = new float[70 * 300];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) Math.sin(i);
        }
        backend.memory().write(storage, 0, values, 0, values.length);
        backend.ops().addSumOfSquares(Matrix.of(storage, 70, 300), Matrix.of(sum, 1, 1));
        backend.ops().softmax(Matrix.of(storage, 70, 300), Matrix.of(storage, 70, 300));
        backend.memory().read(storage, 0, values, 0, values.length);
        var total = new float[1];
        backend.memory().read(sum, 0, total, 0, 1);
        all.add(values);
        all.add(total);
      }
    }
    return all;
  }

  @Test
  void outOfMemorySaysWhatToDoAndTheBackendGoesOn() {
    Emulation.open(1).close(); // skips where there is no emulation
    try (var backend = new CudaBackend(() -> EmulatedDevice.open(1, 1 << 20, Precision.FP32))) {
      var error =
          assertThrows(
              OutOfDeviceMemoryException.class,
              () -> backend.memory().allocate(DataType.FLOAT32, 1 << 20));
      assertTrue(
          error.getMessage().contains("asked for 4.0 MiB, this process holds 0.0 KiB"),
          error::getMessage);
      assertTrue(error.getMessage().contains("use a smaller batch"), error::getMessage);
      try (var storage = backend.memory().allocate(DataType.FLOAT32, 1000)) {
        assertEquals(1000, storage.size());
      }
    }
  }

  @Test
  void memoryThatWasFreedServesALargerAllocation() {
    Emulation.open(1).close();
    try (var backend = new CudaBackend(() -> EmulatedDevice.open(1, 1 << 20, Precision.FP32))) {
      for (int size = 1000; size < 200_000; size *= 2) {
        backend.memory().allocate(DataType.FLOAT32, size).close();
      }
    }
  }

  @Test
  void closedBackendRefusesCalls() {
    var backend = Emulation.open(1);
    var storage = backend.memory().allocate(DataType.FLOAT32, 3);
    backend.close();
    backend.close();
    storage.close();
    assertThrows(IllegalStateException.class, () -> backend.memory().allocate(DataType.FLOAT32, 3));
  }
}
