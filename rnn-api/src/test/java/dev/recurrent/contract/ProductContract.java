package dev.recurrent.contract;

import dev.recurrent.contract.Twins.Lie;
import dev.recurrent.spi.Matrix;
import org.junit.jupiter.api.Test;

/** What matrix products promise. */
interface ProductContract extends ContractSubject {
  @Test
  default void productsOfAnySizeAndOrderMatchTheReference() {
    int[] outer = {1, 3, 15, 17, 33};
    int[] inner = {0, 1, 3, 16, 17, 67};
    int count = 0;
    for (int m : outer) {
      for (int n : outer) {
        for (int k : inner) {
          var lie = Lie.values()[count % 2];
          checkProduct(m, n, k, lie, count % 3 == 0 ? 0 : count % 3 == 1 ? 1 : -0.5f);
          count++;
        }
      }
    }
  }

  @Test
  default void largeProductsMatchTheReference() {
    checkProduct(70, 131, 300, Lie.VIEW, 1);
    checkProduct(5, 520, 129, Lie.DENSE, 0);
    checkProduct(260, 4, 33, Lie.DENSE, 1);
  }

  @Test
  default void productsOfEmptyMatricesWriteNothing() {
    checkProduct(0, 5, 3, Lie.DENSE, 0);
    checkProduct(5, 0, 3, Lie.VIEW, 1);
    checkProduct(0, 0, 0, Lie.DENSE, 1);
  }

  private void checkProduct(int m, int n, int k, Lie lie, float beta) {
    for (var orderA : Matrix.Order.values()) {
      for (var orderB : Matrix.Order.values()) {
        try (var twins = new Twins(this, 31L * m + 7L * n + k)) {
          boolean plainA = orderA == Matrix.Order.NORMAL;
          boolean plainB = orderB == Matrix.Order.NORMAL;
          var a = plainA ? twins.random(m, k, lie) : twins.random(k, m, lie).transposed();
          var b = plainB ? twins.random(k, n, lie) : twins.random(n, k, lie).transposed();
          var c = twins.random(m, n, lie);
          backend().ops().multiply(a.tested(), b.tested(), c.tested(), beta);
          reference().ops().multiply(a.expected(), b.expected(), c.expected(), beta);
          var name = "[%d, %d] %s times [%d, %d] %s".formatted(m, k, orderA, k, n, orderB);
          twins.assertClose(c, leniency() * Tolerance.ofSum(k), name);
        }
      }
    }
  }

  @Test
  default void productsWithBetaZeroDoNotReadTheTarget() {
    for (int k : new int[] {0, 3}) {
      try (var twins = new Twins(this, 1)) {
        var a = twins.random(17, k, Lie.DENSE);
        var b = twins.random(k, 18, Lie.DENSE);
        var c = twins.of(17, 18, Lie.VIEW, Float.NaN);
        backend().ops().multiply(a.tested(), b.tested(), c.tested(), 0);
        reference().ops().multiply(a.expected(), b.expected(), c.expected(), 0);
        twins.assertClose(c, leniency() * Tolerance.ofSum(3), "NaN in the target");
      }
    }
  }

  /** A zero in the other operand does not hide a NaN: a divergence must show. */
  @Test
  default void notANumberInAnOperandShowsInItsRowOrColumn() {
    try (var twins = new Twins(this, 1)) {
      var a = twins.of(3, 2, Lie.DENSE, 0, 0, Float.NaN, 1, 1, Float.POSITIVE_INFINITY);
      var b = twins.of(2, 20, Lie.DENSE, 0, 1, 0.5f);
      var c = twins.random(3, 20, Lie.DENSE);
      backend().ops().multiply(a.tested(), b.tested(), c.tested(), 0);
      reference().ops().multiply(a.expected(), b.expected(), c.expected(), 0);
      twins.assertClose(c, leniency() * Tolerance.ofSum(2), "NaN and infinity");
    }
  }
}
