// Stands in for cuBLAS in the emulation: the same sums, plainly. It comes behind emulation.h and
// functions.cu.

#pragma GCC optimize("O2")

// A float that tensor cores read as TF32: its 11 bits are rounded to the nearest.
struct tfloat32 {
  unsigned bits;
};

DEVICE float wide(tfloat32 a) {
  bool finite = (a.bits >> 23 & 255) != 255;
  return FLOAT_OF_BITS(finite ? (a.bits + 0xfff + (a.bits >> 13 & 1)) & ~0x1fffu : a.bits);
}

// c = a b + beta c, row by row; element (i, k) of a is a[i * ra + k * ca], and so on.
template <class T>
static void multiply(int m, int n, int k, const T* a, int ra, int ca, const T* b, int rb, int cb,
                     float beta, float* c, int rc) {
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < n; j++) {
      float sum = 0;
      for (int p = 0; p < k; p++) {
        sum += wide(a[(long)i * ra + (long)p * ca]) * wide(b[(long)p * rb + (long)j * cb]);
      }
      float& out = c[(long)i * rc + j];
      out = beta == 0 ? sum : sum + beta * out;
    }
  }
}

#define PRODUCT(type)                                                                            \
  extern "C" void multiply_##type(int m, int n, int k, const type* a, int ra, int ca,            \
                                  const type* b, int rb, int cb, float beta, float* c, int rc) { \
    multiply(m, n, k, a, ra, ca, b, rb, cb, beta, c, rc);                                        \
  }

PRODUCT(float)
PRODUCT(tfloat32)
PRODUCT(bfloat16)
PRODUCT(float16)
