package dev.recurrent.bench;

import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.Matrix.Order;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Measures matrix products as the layers ask for them. */
@State(Scope.Benchmark)
public class ProductBenchmark extends BackendBenchmark {
  /** M x K x N: one step, all steps of a sequence, one row, a cube. */
  @Param({"64x256x1024", "6400x256x1024", "1x256x1024", "512x512x512"})
  private String size = "";

  private Matrix a = nothing(); // [M, K]
  private Matrix b = nothing(); // [K, N]
  private Matrix bTransposed = nothing(); // [N, K]
  private Matrix aTransposed = nothing(); // [K, M]
  private Matrix c = nothing(); // [M, N]

  /** Fills the operands. */
  @Setup
  public void prepare() {
    var sizes = numbers(size);
    a = random(sizes[0], sizes[1]);
    b = random(sizes[1], sizes[2]);
    bTransposed = new Matrix(b.storage(), 0, sizes[2], sizes[1], sizes[1], Order.TRANSPOSED);
    aTransposed = new Matrix(a.storage(), 0, sizes[1], sizes[0], sizes[0], Order.TRANSPOSED);
    c = random(sizes[0], sizes[2]);
  }

  /** Computes c = a b. */
  @Benchmark
  public void plain() {
    multiply(a, b);
  }

  /** Computes c = a bᵀ, as a forward pass does. */
  @Benchmark
  public void rightTransposed() {
    multiply(a, bTransposed);
  }

  /** Computes c = aᵀ b, as the gradients of weights do. */
  @Benchmark
  public void leftTransposed() {
    multiply(aTransposed, b);
  }

  private void multiply(Matrix left, Matrix right) {
    backend().ops().multiply(left, right, c, 0);
    backend().synchronize();
  }
}
