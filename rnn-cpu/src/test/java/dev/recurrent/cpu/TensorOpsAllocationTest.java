package dev.recurrent.cpu;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.TensorOps;
import dev.recurrent.spi.TensorOps.CrossEntropyCall;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("compiled")
@Tag("lanes")
class TensorOpsAllocationTest {
  private static final int ROWS = 8;
  private static final int COLUMNS = 6 * Lanes.COUNT + 3;

  /** Scratch for one vector, and less than four vectors boxed once a call. */
  private static final long MOST_BYTES_OF_SUMS = 160;

  /** Scratch of several small arrays; vectors boxed in each row would be thousands. */
  private static final long MOST_BYTES_OF_SOFTMAX = 1000;

  private final CpuBackend backend = new CpuBackend(1);
  private final TensorOps ops = backend.ops();
  private final Matrix a = matrix(ROWS);
  private final Matrix b = matrix(ROWS);
  private final Matrix one = matrix(1);
  private final Matrix rows = rows();

  @AfterEach
  void close() {
    backend.close();
  }

  @Test
  void sumsBoxNoVector() {
    Allocations.assertAtMost(MOST_BYTES_OF_SUMS, () -> ops.sumRows(a, one, 1));
    Allocations.assertAtMost(MOST_BYTES_OF_SUMS, () -> ops.sumColumns(a, b.columns(0, 1)));
    Allocations.assertAtMost(MOST_BYTES_OF_SUMS, () -> ops.addSumOfSquares(a, one.columns(0, 1)));
    Allocations.assertAtMost(MOST_BYTES_OF_SUMS, () -> ops.scatterAddRows(a, rows, b));
  }

  @Test
  void softmaxBoxesNoVector() {
    var smoothed = new CrossEntropyCall(a, rows, 0.1f, 1, b.columns(0, 1), matrix(ROWS));
    Allocations.assertAtMost(MOST_BYTES_OF_SOFTMAX, () -> ops.softmax(a, b));
    Allocations.assertAtMost(MOST_BYTES_OF_SOFTMAX, () -> ops.softmaxCrossEntropy(smoothed));
  }

  private Matrix matrix(int count) {
    var storage = backend.memory().allocate(DataType.FLOAT32, count * COLUMNS);
    var values = Randoms.floats(new Random(3), count * COLUMNS);
    backend.memory().write(storage, 0, values, 0, values.length);
    return Matrix.of(storage, count, COLUMNS);
  }

  private Matrix rows() {
    var storage = backend.memory().allocate(DataType.INT32, ROWS);
    backend.memory().write(storage, 0, new int[ROWS], 0, ROWS);
    return Matrix.of(storage, ROWS, 1);
  }
}
