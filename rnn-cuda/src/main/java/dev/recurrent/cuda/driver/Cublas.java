package dev.recurrent.cuda.driver;

import dev.recurrent.spi.Matrix.Order;
import dev.recurrent.spi.Precision;

/**
 * Multiplies by cuBLAS, in true FP32 unless other numbers are asked for. cuBLAS stores matrices
 * column by column, in which ours are their transposes; so it computes cᵀ = bᵀ aᵀ.
 */
public final class Cublas implements Blas {
  private static final long WORKSPACE_BYTES = 32L << 20; // what cuBLAS advises for Hopper

  // Of cublas_api.h and library_types.h
  private static final int DISALLOW_REDUCED_PRECISION_REDUCTION = 16;
  private static final int COMPUTE_32F = 68;
  private static final int COMPUTE_32F_FAST_TF32 = 77;
  private static final int R_32F = 0;
  private static final int R_16F = 2;
  private static final int R_16BF = 14;

  private final Driver driver;
  private final Functions functions;
  private final long workspace;
  private final int compute;

  /** Sets cuBLAS up. */
  public Cublas(Driver driver, Functions functions, Precision precision) {
    this.driver = driver;
    this.functions = functions;
    compute = precision == Precision.TF32 ? COMPUTE_32F_FAST_TF32 : COMPUTE_32F;
    check(functions.create(), "cublasCreate");
    check(functions.setStream(), "cublasSetStream");
    // After the stream, which resets it. With a workspace of its own, on one stream, cuBLAS gives
    // the same bits every time.
    workspace = driver.allocate(WORKSPACE_BYTES);
    check(functions.setWorkspace(workspace, WORKSPACE_BYTES), "cublasSetWorkspace");
    // No TF32 that is not asked for; partial sums of products of 2-byte numbers are FP32, too.
    check(functions.setMathMode(DISALLOW_REDUCED_PRECISION_REDUCTION), "cublasSetMathMode");
  }

  /** The functions of cuBLAS that are used, on one handle; each returns a status. */
  public interface Functions {
    /** Is {@code cublasCreate}. */
    int create();

    /** Is {@code cublasDestroy}. */
    int destroy();

    /** Is {@code cublasSetStream}, with the stream of the driver. */
    int setStream();

    /** Is {@code cublasSetWorkspace}. */
    int setWorkspace(long address, long bytes);

    /** Is {@code cublasSetMathMode}. */
    int setMathMode(int mode);

    /** Is {@code cublasGemmEx}, with alpha 1, c of FLOAT32, and the default algorithm. */
    int gemm(Gemm gemm);
  }

  /** The arguments of {@code cublasGemmEx}, by its names. */
  public record Gemm(
      Operand a, Operand b, int m, int n, int k, float beta, long c, int ldc, int computeType) {}

  /** A factor as cuBLAS takes it; operation 0 is none, 1 a transposition. */
  public record Operand(long address, int operation, int dataType, int leading) {}

  @Override
  public void multiply(Product p) {
    var gemm =
        new Gemm(
            operand(p.b()),
            operand(p.a()),
            p.n(),
            p.m(),
            p.k(),
            p.beta(),
            p.c(),
            Math.max(1, p.stride()),
            compute);
    int status = functions.gemm(gemm);
    if (status != 0) {
      check(status, "cublasGemmEx [%d, %d] times [%d, %d]".formatted(p.m(), p.k(), p.k(), p.n()));
    }
  }

  private static Operand operand(Factor factor) {
    int type =
        switch (factor.type()) {
          case FLOAT32 -> R_32F;
          case BFLOAT16 -> R_16BF;
          case FLOAT16 -> R_16F;
        };
    int operation = factor.order() == Order.NORMAL ? 0 : 1;
    return new Operand(factor.address(), operation, type, Math.max(1, factor.stride()));
  }

  @Override
  public void close() {
    check(functions.destroy(), "cublasDestroy");
    driver.free(workspace);
  }

  private static void check(int status, String operation) {
    if (status != 0) {
      throw new CudaException(operation, status, name(status));
    }
  }

  private static String name(int status) {
    var text =
        switch (status) {
          case 1 -> "NOT_INITIALIZED";
          case 3 -> "ALLOC_FAILED";
          case 7 -> "INVALID_VALUE";
          case 8 -> "ARCH_MISMATCH";
          case 11 -> "MAPPING_ERROR";
          case 13 -> "EXECUTION_FAILED";
          case 14 -> "INTERNAL_ERROR";
          case 15 -> "NOT_SUPPORTED";
          case 16 -> "LICENSE_ERROR";
          default -> "unknown";
        };
    return "CUBLAS_STATUS_" + text;
  }
}
