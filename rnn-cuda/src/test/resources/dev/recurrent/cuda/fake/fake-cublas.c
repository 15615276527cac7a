// Stands in for libcublas.so.12: column by column, as cuBLAS stores matrices. JCublas2 wants the
// version of its symbols, which the loader's script gives.

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

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
  // CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION, and no TF32
  return handle == HANDLE && mode == 16 ? 0 : INVALID_VALUE;
}

// cudaDataType
#define CUDA_R_32F 0
#define CUDA_R_16F 2
#define CUDA_R_16BF 14

typedef struct {
  int transposed;
  const void* start;
  int type;
  int stride;
} Factor;

static float element(const Factor* factor, int row, int column) {
  long i = factor->transposed ? (long)row * factor->stride + column
                              : (long)column * factor->stride + row;
  if (factor->type == CUDA_R_16F) {
    return (float)((const _Float16*)factor->start)[i];
  }
  if (factor->type == CUDA_R_16BF) {
    unsigned bits = (unsigned)((const unsigned short*)factor->start)[i] << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
  }
  return ((const float*)factor->start)[i];
}

typedef struct {
  int m, n, k;
  Factor a, b;
  float alpha, beta;
  float* c;
  int ldc;
} Product;

static void multiply(void* argument) {
  Product* p = argument;
  for (int j = 0; j < p->n; j++) {
    for (int i = 0; i < p->m; i++) {
      float sum = 0;
      for (int l = 0; l < p->k; l++) {
        sum += element(&p->a, i, l) * element(&p->b, l, j);
      }
      float* out = &p->c[(long)j * p->ldc + i];
      *out = p->beta == 0 ? p->alpha * sum : p->alpha * sum + p->beta * *out;
    }
  }
}

int cublasGemmEx(void* handle, int transposed_a, int transposed_b, int m, int n, int k,
                 const void* alpha, const void* a, int a_type, int lda, const void* b, int b_type,
                 int ldb, const void* beta, void* c, int c_type, int ldc, int compute,
                 int algorithm) {
  int halves = a_type == CUDA_R_16F || a_type == CUDA_R_16BF;
  // CUBLAS_COMPUTE_32F, or CUBLAS_COMPUTE_32F_FAST_TF32 for FLOAT32; CUBLAS_GEMM_DEFAULT
  if (handle != HANDLE || m < 0 || n < 0 || k < 0 || lda < (transposed_a ? k : m) ||
      ldb < (transposed_b ? n : k) || ldc < m || a_type != b_type || c_type != CUDA_R_32F ||
      (compute != 68 && (halves || compute != 77)) || algorithm != -1) {
    return INVALID_VALUE;
  }
  Product* p = malloc(sizeof(Product));
  *p = (Product){m, n, k, {transposed_a, a, a_type, lda}, {transposed_b, b, b_type, ldb},
                 *(const float*)alpha, *(const float*)beta, c, ldc};
  // The stream of the library that stands in for the driver may be recording.
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  int (*hand_over)(void (*)(void*), void*) = dlsym(driver, "fake_hand_over");
  return hand_over(multiply, p);
}
