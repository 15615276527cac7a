package dev.recurrent.cuda.jcuda;

import dev.recurrent.cuda.driver.Cublas;
import dev.recurrent.cuda.driver.Cublas.Gemm;
import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.driver.CUstream;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasGemmAlgo;
import jcuda.jcublas.cublasHandle;
import jcuda.runtime.cudaStream_t;

/** Calls cuBLAS 12 through JCublas2. */
final class JCublasFunctions implements Cublas.Functions {
  private final cublasHandle handle = new cublasHandle();
  private final float[] one = {1};
  private final float[] beta = {0};

  private final CUstream stream;

  JCublasFunctions(CUstream stream) {
    this.stream = stream;
  }

  @Override
  public int create() {
    return JCublas2.cublasCreate(handle);
  }

  @Override
  public int destroy() {
    return JCublas2.cublasDestroy(handle);
  }

  @Override
  public int setStream() {
    return JCublas2.cublasSetStream(handle, new cudaStream_t(stream));
  }

  @Override
  public int setWorkspace(long address, long bytes) {
    return JCublas2.cublasSetWorkspace(handle, new Addresses.At(address), bytes);
  }

  @Override
  public int setMathMode(int mode) {
    return JCublas2.cublasSetMathMode(handle, mode);
  }

  @Override
  public int gemm(Gemm gemm) {
    beta[0] = gemm.beta();
    // JCuda 12.6 has no code behind cublasGemmEx; this is the same function of cuBLAS.
    return JCublas2.cublasGemmEx_new(
        handle,
        gemm.a().operation(),
        gemm.b().operation(),
        gemm.m(),
        gemm.n(),
        gemm.k(),
        Pointer.to(one),
        new Addresses.At(gemm.a().address()),
        gemm.a().dataType(),
        gemm.a().leading(),
        new Addresses.At(gemm.b().address()),
        gemm.b().dataType(),
        gemm.b().leading(),
        Pointer.to(beta),
        new Addresses.At(gemm.c()),
        cudaDataType.CUDA_R_32F,
        gemm.ldc(),
        gemm.computeType(),
        cublasGemmAlgo.CUBLAS_GEMM_DEFAULT);
  }
}
