package dev.recurrent.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("lanes")
class ColumnSumsTest {
  private static final int L = Lanes.COUNT;

  @Test
  void addsColumnsFromTheFirstRowToTheLast() {
    int rows = 5;
    int stride = 11 * L;
    float[] values = Randoms.floats(new Random(1), 3 + rows * stride);
    for (int columns : new int[] {1, L - 1, L, 5 * L + 3, 9 * L}) {
      var target = new float[columns + 2];
      target[0] = 7;
      var a = new MatrixView(values, 3, rows, columns, stride, 1);
      ColumnSums.add(a, 0, columns, target, 1);
      assertEquals(7, target[0]);
      assertEquals(0, target[columns + 1]);
      for (int c = 0; c < columns; c++) {
        float sum = 0;
        for (int r = 0; r < rows; r++) {
          sum += values[3 + r * stride + c];
        }
        assertEquals(sum, target[1 + c]);
      }
    }
  }

  @Test
  void workersShareOutColumnsWithoutChangingBits() {
    for (int[] size : new int[][] {{4096, 65}, {300, 9 * L * 4}, {1 << 16, 1}}) {
      assertArrayEquals(sums(1, size[0], size[1]), sums(2, size[0], size[1]));
      assertArrayEquals(sums(1, size[0], size[1]), sums(5, size[0], size[1]));
    }
  }

  private static float[] sums(int threads, int rows, int columns) {
    try (var backend = AllWorkers.backend(threads)) {
      var memory = backend.memory();
      var storage = memory.allocate(DataType.FLOAT32, rows * columns);
      memory.write(storage, 0, Randoms.floats(new Random(2), rows * columns), 0, rows * columns);
      var out = memory.allocate(DataType.FLOAT32, columns);
      backend.ops().sumRows(Matrix.of(storage, rows, columns), Matrix.of(out, 1, columns), 0);
      var result = new float[columns];
      memory.read(out, 0, result, 0, columns);
      return result;
    }
  }
}
