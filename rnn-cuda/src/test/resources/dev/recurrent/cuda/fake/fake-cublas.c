// Stands in for libcublas.so.12: column by column, as cuBLAS stores matrices. JCublas2 wants the
// version of its symbols, which the loader's script gives.

#include <stdlib.h>

#define HANDLE ((void*)55)
#define INVALID_VALUE 7

int cublasCreate_v2(void** handle) {
  *handle = HANDLE;
  return 0;
}

int cublasDestroy_v2(void* handle) { return handle == HANDLE ? 0 : INVALID_VALUE; }

int cublasSetStream_v2(void* handle, void* stream) {
  return handle == HANDLE && stream == (void*)77 ? 0 : INVALID_VALUE;
}

int cublasSetWorkspace_v2(void* handle, void* workspace, size_t bytes) {
  return handle == HANDLE && workspace && bytes == 32 << 20 ? 0 : INVALID_VALUE;
}

int cublasSetMathMode(void* handle, int mode) {
  return handle == HANDLE && mode == 0 ? 0 : INVALID_VALUE;  // CUBLAS_DEFAULT_MATH: no TF32
}

static float element(int transposed, const float* a, int stride, int row, int column) {
  return transposed ? a[(long)row * stride + column] : a[(long)column * stride + row];
}

int cublasSgemm_v2(void* handle, int transposed_a, int transposed_b, int m, int n, int k,
                   const float* alpha, const float* a, int lda, const float* b, int ldb,
                   const float* beta, float* c, int ldc) {
  if (handle != HANDLE || m < 0 || n < 0 || k < 0 || lda < (transposed_a ? k : m) ||
      ldb < (transposed_b ? n : k) || ldc < m) {
    return INVALID_VALUE;
  }
  for (int j = 0; j < n; j++) {
    for (int i = 0; i < m; i++) {
      float sum = 0;
      for (int p = 0; p < k; p++) {
        sum += element(transposed_a, a, lda, i, p) * element(transposed_b, b, ldb, p, j);
      }
      float* out = &c[(long)j * ldc + i];
      *out = *beta == 0 ? *alpha * sum : *alpha * sum + *beta * *out;
    }
  }
  return 0;
}
