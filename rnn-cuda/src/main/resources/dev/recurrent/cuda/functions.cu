// Functions that kernels share; written with the macros of device.cu and emulation.h alone.

// Numbers of two bytes, in which products may have their factors. bfloat16 is the upper half of a
// float; both are rounded to the nearest, ties to even.
struct bfloat16 {
  unsigned short bits;
};
struct float16 {
  unsigned short bits;
};

DEVICE float wide(float a) { return a; }
DEVICE float wide(bfloat16 a) { return FLOAT_OF_BITS((unsigned)a.bits << 16); }
DEVICE float wide(float16 a) { return float_of_half(a.bits); }

DEVICE void narrow(bfloat16& out, float a) {
  unsigned bits = BITS_OF_FLOAT(a);
  out.bits = a != a ? 0x7fff : (unsigned short)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
DEVICE void narrow(float16& out, float a) { out.bits = half_of_float(a); }

// The elementwise functions of cells: UnaryOp and BinaryOp.
DEVICE float op_sigmoid(float a) { return 1.0f / (1.0f + EXP(-a)); }
DEVICE float op_tanh(float a) { return TANH(a); }
DEVICE float op_relu(float a) { return a <= 0.0f ? 0.0f : a; }  // NaN stays
DEVICE float op_exp(float a) { return EXP(a); }
DEVICE float op_log(float a) { return LOG(a); }
DEVICE float op_sqrt(float a) { return SQRT(a); }
DEVICE float op_negate(float a) { return -a; }
DEVICE float op_reciprocal(float a) { return 1.0f / a; }
DEVICE float op_softplus(float a) { return (a > 0.0f ? a : 0.0f) + LOG1P(EXP(-ABS(a))); }
DEVICE float op_plus(float a, float b) { return a + b; }
DEVICE float op_minus(float a, float b) { return a - b; }
DEVICE float op_times(float a, float b) { return a * b; }
DEVICE float op_divide(float a, float b) { return a / b; }
DEVICE float op_max(float a, float b) { return a > b || a != a ? a : b; }  // NaN if either is
DEVICE float op_min(float a, float b) { return a < b || a != a ? a : b; }
DEVICE float op_greater(float a, float b) { return a > b ? 1.0f : 0.0f; }

// Random keep-masks: the bits of dev.recurrent.spi.RandomBits.
DEVICE unsigned random_hash(unsigned x) {
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  return x ^ (x >> 16);
}

DEVICE unsigned random_row_key(int seed_low, int seed_high, int row) {
  return random_hash((unsigned)seed_low ^ random_hash((unsigned)row + (unsigned)seed_high));
}

DEVICE bool random_keeps(unsigned key, int unit, float keep) {
  unsigned bits = random_hash(key + (unsigned)unit * 0x9E3779B9u) >> 8;
  return (float)bits * 5.9604644775390625e-8f < keep;  // 2^-24
}

// Sums one number of every thread of a block, whose size is a power of two: always the same tree.
DEVICE float block_sum(SHARED_POINTER shared, float value) {
  BLOCK_SYNC();  // an earlier result has been read
  shared[THREAD_INDEX] = value;
  BLOCK_SYNC();
  for (int half = BLOCK_THREADS / 2; half > 0; half /= 2) {
    if (THREAD_INDEX < half) {
      shared[THREAD_INDEX] += shared[THREAD_INDEX + half];
    }
    BLOCK_SYNC();
  }
  return shared[0];
}

// Returns the largest number of all threads of a block; NaN if one is.
DEVICE float block_max(SHARED_POINTER shared, float value) {
  BLOCK_SYNC();
  shared[THREAD_INDEX] = value;
  BLOCK_SYNC();
  for (int half = BLOCK_THREADS / 2; half > 0; half /= 2) {
    if (THREAD_INDEX < half) {
      shared[THREAD_INDEX] = op_max(shared[THREAD_INDEX], shared[THREAD_INDEX + half]);
    }
    BLOCK_SYNC();
  }
  return shared[0];
}
