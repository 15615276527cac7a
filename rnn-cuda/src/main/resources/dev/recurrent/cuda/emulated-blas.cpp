// Stands in for cuBLAS in the emulation: the same sums, plainly.

#pragma GCC optimize("O2")

// c = a b + beta c, row by row; element (i, k) of a is a[i * ra + k * ca], and so on.
extern "C" void emulated_sgemm(int m, int n, int k, const float* a, int ra, int ca, const float* b,
                               int rb, int cb, float beta, float* c, int rc) {
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < n; j++) {
      float sum = 0;
      for (int p = 0; p < k; p++) {
        sum += a[(long)i * ra + (long)p * ca] * b[(long)p * rb + (long)j * cb];
      }
      float& out = c[(long)i * rc + j];
      out = beta == 0 ? sum : sum + beta * out;
    }
  }
}
