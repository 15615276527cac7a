package dev.recurrent.cuda.jcuda;

import static jcuda.cudaDataType.CUDA_R_16BF;
import static jcuda.cudaDataType.CUDA_R_16F;
import static jcuda.cudaDataType.CUDA_R_32F;
import static jcuda.jcublas.JCublas2.cublasCreate;
import static jcuda.jcublas.JCublas2.cublasDestroy;
import static jcuda.jcublas.JCublas2.cublasGemmEx_new;
import static jcuda.jcublas.JCublas2.cublasSetMathMode;
import static jcuda.jcublas.JCublas2.cublasSetStream;
import static jcuda.jcublas.JCublas2.cublasSetWorkspace;
import static jcuda.jcublas.cublasComputeType.CUBLAS_COMPUTE_32F;
import static jcuda.jcublas.cublasComputeType.CUBLAS_COMPUTE_32F_FAST_TF32;
import static jcuda.jcublas.cublasGemmAlgo.CUBLAS_GEMM_DEFAULT;
import static jcuda.jcublas.cublasMath.CUBLAS_DEFAULT_MATH;
import static jcuda.jcublas.cublasMath.CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION;
import static jcuda.jcublas.cublasOperation.CUBLAS_OP_N;
import static jcuda.jcublas.cublasOperation.CUBLAS_OP_T;

import dev.recurrent.cuda.driver.Blas;
import dev.recurrent.spi.Matrix.Order;
import dev.recurrent.spi.Precision;
import jcuda.Pointer;
import jcuda.jcublas.cublasHandle;
import jcuda.runtime.cudaStream_t;

/**
 * Multiplies by cuBLAS, in true FP32 unless other numbers are asked for. cuBLAS stores matrices
 * column by column, in which ours are their transposes; so it computes cᵀ = bᵀ aᵀ.
 */
final class JCublasBlas implements Blas {
  private static final long WORKSPACE_BYTES = 32L << 20; // what cuBLAS advises for Hopper

  private final cublasHandle handle = new cublasHandle();
  private final JCudaGpuDriver driver;
  private final long workspace;
  private final int compute;
  private final float[] one = {1};
  private final float[] beta = {0};

  JCublasBlas(JCudaGpuDriver driver, Precision precision) {
    this.driver = driver;
    compute = precision == Precision.TF32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
    Status.ofBlas(cublasCreate(handle), "cublasCreate");
    Status.ofBlas(cublasSetStream(handle, new cudaStream_t(driver.stream())), "cublasSetStream");
    // After the stream, which resets it. With a workspace of its own, on one stream, cuBLAS gives
    // the same bits every time.
    workspace = driver.allocate(WORKSPACE_BYTES);
    Status.ofBlas(
        cublasSetWorkspace(handle, new Addresses.At(workspace), WORKSPACE_BYTES),
        "cublasSetWorkspace");
    // Partial sums of products of 2-byte numbers are FLOAT32, too.
    int mode = CUBLAS_DEFAULT_MATH | CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION;
    Status.ofBlas(cublasSetMathMode(handle, mode), "cublasSetMathMode");
  }

  @Override
  public void multiply(Product p) {
    beta[0] = p.beta();
    // JCuda 12.6 has no code behind cublasGemmEx; this is the same function of cuBLAS.
    int status =
        cublasGemmEx_new(
            handle,
            operation(p.b()),
            operation(p.a()),
            p.n(),
            p.m(),
            p.k(),
            Pointer.to(one),
            new Addresses.At(p.b().address()),
            type(p.b()),
            leading(p.b()),
            new Addresses.At(p.a().address()),
            type(p.a()),
            leading(p.a()),
            Pointer.to(beta),
            new Addresses.At(p.c()),
            CUDA_R_32F,
            Math.max(1, p.stride()),
            compute,
            CUBLAS_GEMM_DEFAULT);
    if (status != 0) {
      var shape = "cublasGemmEx [%d, %d] times [%d, %d]".formatted(p.m(), p.k(), p.k(), p.n());
      Status.ofBlas(status, shape);
    }
  }

  private static int type(Factor factor) {
    return switch (factor.type()) {
      case FLOAT32 -> CUDA_R_32F;
      case BFLOAT16 -> CUDA_R_16BF;
      case FLOAT16 -> CUDA_R_16F;
    };
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
