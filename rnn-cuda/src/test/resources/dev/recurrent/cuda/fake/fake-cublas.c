// Stands in for libcublas.so.12: column by column, as cuBLAS stores matrices. JCublas2 wants the
// version of its symbols, which the loader's script gives.

#include <dlfcn.h>
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

typedef struct {
  int transposed_a, transposed_b, m, n, k;
  const float* a;
  int lda;
  const float* b;
  int ldb;
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
        sum += element(p->transposed_a, p->a, p->lda, i, l) *
               element(p->transposed_b, p->b, p->ldb, l, j);
      }
      float* out = &p->c[(long)j * p->ldc + i];
      *out = p->beta == 0 ? p->alpha * sum : p->alpha * sum + p->beta * *out;
    }
  }
}

int cublasSgemm_v2(void* handle, int transposed_a, int transposed_b, int m, int n, int k,
                   const float* alpha, const float* a, int lda, const float* b, int ldb,
                   const float* beta, float* c, int ldc) {
  if (handle != HANDLE || m < 0 || n < 0 || k < 0 || lda < (transposed_a ? k : m) ||
      ldb < (transposed_b ? n : k) || ldc < m) {
    return INVALID_VALUE;
  }
  Product* p = malloc(sizeof(Product));
  *p = (Product){transposed_a, transposed_b, m, n, k, a, lda, b, ldb, *alpha, *beta, c, ldc};
  // The stream of the library that stands in for the driver may be recording.
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  int (*hand_over)(void (*)(void*), void*) = dlsym(driver, "fake_hand_over");
  return hand_over(multiply, p);
}
