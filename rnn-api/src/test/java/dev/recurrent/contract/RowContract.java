package dev.recurrent.contract;

import dev.recurrent.contract.Twins.Lie;
import dev.recurrent.contract.Twins.Twin;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.TensorOps.CrossEntropyCall;
import org.junit.jupiter.api.Test;

/** What operations on rows promise: sums, rows by index, softmax. */
interface RowContract extends ContractSubject {
  int[][] SIZES = {
    {1, 1}, {1, 67}, {3, 1}, {3, 17}, {16, 16}, {17, 33}, {67, 15}, {0, 5}, {300, 2}
  };

  @Test
  default void sumsMatchReference() {
    for (var size : SIZES) {
      for (var lie : Lie.values()) {
        for (float beta : new float[] {0, 1, 0.5f}) {
          try (var twins = new Twins(this, 21)) {
            var a = twins.random(size[0], size[1], lie);
            var rows = twins.random(1, size[1], lie);
            var columns = twins.random(size[0], 1, lie);
            backend().ops().sumRows(a.tested(), rows.tested(), beta);
            reference().ops().sumRows(a.expected(), rows.expected(), beta);
            twins.assertClose(rows, tolerance(size[0]), "sumRows of " + a.tested().shape());
            backend().ops().sumColumns(a.tested(), columns.tested());
            reference().ops().sumColumns(a.expected(), columns.expected());
            twins.assertClose(columns, tolerance(size[1]), "sumColumns of " + a.tested().shape());
          }
        }
      }
    }
  }

  @Test
  default void sumRowsWithBetaZeroDoesNotReadTheTarget() {
    try (var twins = new Twins(this, 22)) {
      var a = twins.random(3, 17, Lie.DENSE);
      var out = twins.of(1, 17, Lie.DENSE, Float.NaN);
      backend().ops().sumRows(a.tested(), out.tested(), 0);
      reference().ops().sumRows(a.expected(), out.expected(), 0);
      twins.assertClose(out, tolerance(3), "NaN in the target");
    }
  }

  @Test
  default void sumOfSquaresAddsUpWithoutOverflow() {
    for (var size : SIZES) {
      for (float scale : new float[] {1, 1e15f}) {
        try (var twins = new Twins(this, 23)) {
          var a = twins.random(size[0], size[1], Lie.VIEW);
          backend().ops().affine(a.tested(), scale, 0, a.tested());
          reference().ops().affine(a.expected(), scale, 0, a.expected());
          var out = twins.of(1, 1, Lie.VIEW, 3 * scale * scale);
          backend().ops().addSumOfSquares(a.tested(), out.tested());
          reference().ops().addSumOfSquares(a.expected(), out.expected());
          twins.assertClose(out, tolerance(size[0] * size[1]), "squares of " + scale);
        }
      }
    }
  }

  @Test
  default void rowsAreGatheredByIndex() {
    for (int columns : new int[] {1, 3, 16, 35}) {
      for (var lie : Lie.values()) {
        try (var twins = new Twins(this, 24)) {
          var table = twins.random(5, columns, lie);
          var rows = twins.ints(4, 0, -1, 4, 2, -7, 1);
          var out = twins.random(7, columns, lie);
          backend().ops().gatherRows(table.tested(), rows.tested(), out.tested());
          reference().ops().gatherRows(table.expected(), rows.expected(), out.expected());
          twins.assertSame(out, "gathered rows");
        }
      }
    }
  }

  @Test
  default void rowsAreAddedByIndexInOneOrder() {
    for (int columns : new int[] {1, 3, 16, 35}) {
      for (var lie : Lie.values()) {
        try (var twins = new Twins(this, 25)) {
          var indices = new int[200];
          for (int i = 0; i < indices.length; i++) {
            indices[i] = (i * i + 3 * i) % 7 - 1; // -1 to 5, most of them often
          }
          var rows = twins.ints(indices);
          var a = twins.random(indices.length, columns, lie);
          var table = twins.random(6, columns, lie);
          var again = twins.random(6, columns, lie);
          backend().ops().copy(table.tested(), again.tested());
          backend().ops().scatterAddRows(a.tested(), rows.tested(), table.tested());
          backend().ops().scatterAddRows(a.tested(), rows.tested(), again.tested());
          reference().ops().scatterAddRows(a.expected(), rows.expected(), table.expected());
          twins.assertClose(table, tolerance(indices.length), "added rows");
          Tolerance.assertSameBits(twins.tested(table), twins.tested(again), "added rows again");
        }
      }
    }
  }

  @Test
  default void softmaxMatchesReferenceForNumbersOfAnySize() {
    for (var size : SIZES) {
      for (float scale : new float[] {1, 1e4f}) {
        try (var twins = new Twins(this, 26)) {
          var a = twins.random(size[0], size[1], Lie.VIEW);
          backend().ops().affine(a.tested(), scale, -scale, a.tested());
          reference().ops().copy(exactly(twins, a, size), a.expected());
          var out = twins.random(size[0], size[1], Lie.DENSE);
          backend().ops().softmax(a.tested(), out.tested());
          reference().ops().softmax(a.expected(), out.expected());
          twins.assertClose(out, tolerance(size[1]), "softmax");
          backend().ops().softmax(a.tested(), a.tested());
          reference().ops().softmax(a.expected(), a.expected());
          twins.assertClose(a, tolerance(size[1]), "softmax in place");
        }
      }
    }
  }

  /** A difference of one rounding in large logits would be a large one in the result. */
  private Matrix exactly(Twins twins, Twin twin, int[] size) {
    var values = twins.tested(twin);
    var copy = twins.of(size[0], size[1], Lie.DENSE, 0);
    var view = twin.tested();
    for (int r = 0; r < size[0]; r++) {
      reference()
          .memory()
          .write(
              copy.expected().storage(),
              r * size[1],
              values,
              view.offset() + r * view.stride(),
              size[1]);
    }
    return copy.expected();
  }

  @Test
  default void crossEntropyMatchesReference() {
    for (var size : SIZES) {
      for (float smoothing : new float[] {0, 0.1f}) {
        checkCrossEntropy(size, smoothing, Target.OTHER);
      }
    }
  }

  @Test
  default void crossEntropyMayWriteTheDerivativeOverTheLogits() {
    checkCrossEntropy(new int[] {17, 33}, 0.1f, Target.LOGITS);
  }

  /** Says where the derivative is written. */
  enum Target {
    LOGITS,
    OTHER
  }

  private void checkCrossEntropy(int[] size, float smoothing, Target target) {
    try (var twins = new Twins(this, 27)) {
      var logits = twins.random(size[0], size[1], Lie.VIEW);
      var indices = new int[size[0]];
      for (int r = 0; r < indices.length; r++) {
        indices[r] = r % 4 == 3 ? -1 : (r * 5) % size[1];
      }
      var targets = twins.ints(indices);
      var losses = twins.random(size[0], 1, Lie.VIEW);
      var other = twins.random(size[0], size[1], Lie.DENSE);
      for (var each : new Backend[] {backend(), reference()}) {
        boolean tested = each == backend();
        var in = tested ? logits.tested() : logits.expected();
        var out = tested ? other.tested() : other.expected();
        each.ops()
            .softmaxCrossEntropy(
                new CrossEntropyCall(
                    in,
                    tested ? targets.tested() : targets.expected(),
                    smoothing,
                    0.25f,
                    tested ? losses.tested() : losses.expected(),
                    target == Target.LOGITS ? in : out));
      }
      twins.assertClose(losses, tolerance(size[1]), "losses");
      twins.assertClose(other, tolerance(size[1]), "derivative");
      twins.assertClose(logits, tolerance(size[1]), "logits");
    }
  }

  @Test
  default void crossEntropyOfLargeLogitsDoesNotOverflow() {
    try (var twins = new Twins(this, 28)) {
      var logits = twins.of(2, 3, Lie.DENSE, 1e4f, -1e4f, 0, 300, 100, 200);
      var targets = twins.ints(1, 0);
      var losses = twins.random(2, 1, Lie.DENSE);
      var derivative = twins.random(2, 3, Lie.DENSE);
      backend()
          .ops()
          .softmaxCrossEntropy(
              new CrossEntropyCall(
                  logits.tested(), targets.tested(), 0, 1, losses.tested(), derivative.tested()));
      reference()
          .ops()
          .softmaxCrossEntropy(
              new CrossEntropyCall(
                  logits.expected(),
                  targets.expected(),
                  0,
                  1,
                  losses.expected(),
                  derivative.expected()));
      twins.assertClose(losses, tolerance(3), "losses");
      twins.assertClose(derivative, tolerance(3), "derivative");
    }
  }

  private double tolerance(int length) {
    return leniency() * Tolerance.ofSum(length);
  }
}
