package dev.recurrent.cuda.jcuda;

import static jcuda.jcublas.JCublas2.cublasCreate;
import static jcuda.jcublas.JCublas2.cublasDestroy;
import static jcuda.jcublas.JCublas2.cublasSetMathMode;
import static jcuda.jcublas.JCublas2.cublasSetStream;
import static jcuda.jcublas.JCublas2.cublasSetWorkspace;
import static jcuda.jcublas.JCublas2.cublasSgemm;
import static jcuda.jcublas.cublasMath.CUBLAS_DEFAULT_MATH;
import static jcuda.jcublas.cublasOperation.CUBLAS_OP_N;
import static jcuda.jcublas.cublasOperation.CUBLAS_OP_T;

import dev.recurrent.cuda.driver.Blas;
import dev.recurrent.spi.Matrix.Order;
import jcuda.Pointer;
import jcuda.jcublas.cublasHandle;
import jcuda.runtime.cudaStream_t;

/**
 * Multiplies by cuBLAS in true FP32. cuBLAS stores matrices column by column, in which ours are
 * their transposes; so it computes cᵀ = bᵀ aᵀ.
 */
final class JCublasBlas implements Blas {
  private static final long WORKSPACE_BYTES = 32L << 20; // what cuBLAS advises for Hopper

  private final cublasHandle handle = new cublasHandle();
  private final JCudaGpuDriver driver;
  private final long workspace;
  private final float[] one = {1};
  private final float[] beta = {0};

  JCublasBlas(JCudaGpuDriver driver) {
    this.driver = driver;
    Status.ofBlas(cublasCreate(handle), "cublasCreate");
    Status.ofBlas(cublasSetStream(handle, new cudaStream_t(driver.stream())), "cublasSetStream");
    // After the stream, which resets it. With a workspace of its own, on one stream, cuBLAS gives
    // the same bits every time.
    workspace = driver.allocate(WORKSPACE_BYTES);
    Status.ofBlas(
        cublasSetWorkspace(handle, new Addresses.At(workspace), WORKSPACE_BYTES),
        "cublasSetWorkspace");
    Status.ofBlas(cublasSetMathMode(handle, CUBLAS_DEFAULT_MATH), "cublasSetMathMode");
  }

  @Override
  public void multiply(Product p) {
    beta[0] = p.beta();
    int status =
        cublasSgemm(
            handle,
            operation(p.b()),
            operation(p.a()),
            p.n(),
            p.m(),
            p.k(),
            Pointer.to(one),
            new Addresses.At(p.b().address()),
            leading(p.b()),
            new Addresses.At(p.a().address()),
            leading(p.a()),
            Pointer.to(beta),
            new Addresses.At(p.c()),
            Math.max(1, p.stride()));
    if (status != 0) {
      var shape = "cublasSgemm [%d, %d] times [%d, %d]".formatted(p.m(), p.k(), p.k(), p.n());
      Status.ofBlas(status, shape);
    }
  }

  private static int operation(Factor factor) {
    return factor.order() == Order.NORMAL ? CUBLAS_OP_N : CUBLAS_OP_T;
  }

  private static int leading(Factor factor) {
    return Math.max(1, factor.stride());
  }

  @Override
  public void close() {
    Status.ofBlas(cublasDestroy(handle), "cublasDestroy");
    driver.free(workspace);
  }
}
