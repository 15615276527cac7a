package dev.recurrent.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import org.junit.jupiter.api.Test;

class CpuTensorOpsTest {
  @Test
  void workersFillTheWholeMatrixAndNothingBesideIt() {
    int rows = 257;
    int columns = 301;
    int size = rows * columns;
    try (var backend = AllWorkers.backend(3)) {
      var storage = backend.memory().allocate(DataType.FLOAT32, size + 2);
      for (var shape : new int[][] {{rows, columns}, {1, size}}) {
        var matrix = new Matrix(storage, 1, shape[0], shape[1], shape[1], Matrix.Order.NORMAL);
        backend.ops().fill(matrix, shape[0]);
        var values = new float[size + 2];
        backend.memory().read(storage, 0, values, 0, values.length);
        assertEquals(0, values[0]);
        assertEquals(0, values[size + 1]);
        for (int i = 1; i <= size; i++) {
          assertEquals(shape[0], values[i]);
        }
      }
    }
  }
}
