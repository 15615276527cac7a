// The primitive operations. A matrix is a pointer to element (0, 0) and the distance between rows.
// Kernels over elements take any grid; the others say what a block does. No sum uses atomics: the
// order of every sum depends on the shape alone.

// Runs the statements that follow for each element of [rows, columns], as `row` and `column`.
#define FOR_EACH_ELEMENT                                                                    \
  for (unsigned i = (unsigned)BLOCK_INDEX * BLOCK_THREADS + THREAD_INDEX;                    \
       i < (unsigned)rows * (unsigned)columns; i += (unsigned)GRID_BLOCKS * BLOCK_THREADS)  \
    for (int row = (int)(i / (unsigned)columns), column = (int)(i - (unsigned)row * columns), \
             once = 1;                                                                      \
         once; once = 0)

// float or int, whose bits are copied.
KERNEL(copy_words, int rows, int columns, ALIASED(const int) a, int sa, ALIASED(int) out, int so) {
  FOR_EACH_ELEMENT { out[row * so + column] = a[row * sa + column]; }
}

// bfloat16 or float16, whose bits are copied.
KERNEL(copy_halves, int rows, int columns, ALIASED(const unsigned short) a, int sa,
       ALIASED(unsigned short) out, int so) {
  FOR_EACH_ELEMENT { out[row * so + column] = a[row * sa + column]; }
}

// Rounds to numbers of another type.
#define NARROW(type)                                                                          \
  KERNEL(narrow_##type, int rows, int columns, GLOBAL(const float) a, int sa,                 \
         GLOBAL(type) out, int so) {                                                          \
    FOR_EACH_ELEMENT { narrow(out[row * so + column], a[row * sa + column]); }                \
  }

NARROW(bfloat16)
NARROW(float16)

KERNEL(fill, int rows, int columns, GLOBAL(float) out, int so, float value) {
  FOR_EACH_ELEMENT { out[row * so + column] = value; }
}

KERNEL(affine, int rows, int columns, ALIASED(const float) a, int sa, float scale, float shift,
       ALIASED(float) out, int so) {
  FOR_EACH_ELEMENT { out[row * so + column] = scale * a[row * sa + column] + shift; }
}

KERNEL(add_scaled, int rows, int columns, float alpha, ALIASED(const float) x, int sx,
       ALIASED(float) y, int sy) {
  FOR_EACH_ELEMENT { y[row * sy + column] += alpha * x[row * sx + column]; }
}

// y = beta y, for products over nothing.
KERNEL(scale, int rows, int columns, float beta, GLOBAL(float) y, int sy) {
  FOR_EACH_ELEMENT {
    y[row * sy + column] = beta == 0.0f ? 0.0f : beta * y[row * sy + column];
  }
}

// A kernel for each UnaryOp.
#define UNARY(op)                                                                             \
  KERNEL(unary_##op, int rows, int columns, ALIASED(const float) a, int sa,                   \
         ALIASED(float) out, int so) {                                                        \
    FOR_EACH_ELEMENT { out[row * so + column] = op_##op(a[row * sa + column]); }              \
  }

UNARY(sigmoid)
UNARY(tanh)
UNARY(relu)
UNARY(exp)
UNARY(log)
UNARY(sqrt)
UNARY(negate)
UNARY(reciprocal)
UNARY(softplus)

// A kernel for each BinaryOp; rb and cb: the distances between rows and columns of b, 0 where it
// is repeated.
#define BINARY(op)                                                                            \
  KERNEL(binary_##op, int rows, int columns, ALIASED(const float) a, int sa,                  \
         ALIASED(const float) b, int rb, int cb, ALIASED(float) out, int so) {                \
    FOR_EACH_ELEMENT {                                                                        \
      out[row * so + column] = op_##op(a[row * sa + column], b[row * rb + column * cb]);      \
    }                                                                                         \
  }

BINARY(plus)
BINARY(minus)
BINARY(times)
BINARY(divide)
BINARY(max)
BINARY(min)
BINARY(greater)

KERNEL(keep_mask, int rows, int columns, int seed_low, int seed_high, float keep, float value,
       GLOBAL(float) out, int so) {
  FOR_EACH_ELEMENT {
    unsigned key = random_row_key(seed_low, seed_high, row);
    out[row * so + column] = random_keeps(key, column, keep) ? value : 0.0f;
  }
}

// numbers: the number that stands for each row.
KERNEL(keep_mask_of_rows, int rows, int columns, int seed_low, int seed_high, float keep,
       float value, GLOBAL(const int) numbers, int sn, GLOBAL(float) out, int so) {
  FOR_EACH_ELEMENT {
    unsigned key = random_row_key(seed_low, seed_high, numbers[row * sn]);
    out[row * so + column] = random_keeps(key, column, keep) ? value : 0.0f;
  }
}

KERNEL(gather_rows, int rows, int columns, GLOBAL(const float) table, int st,
       GLOBAL(const int) indices, int si, GLOBAL(float) out, int so) {
  FOR_EACH_ELEMENT {
    int index = indices[row * si];
    out[row * so + column] = index < 0 ? 0.0f : table[index * st + column];
  }
}

// A block for each row of a. The first of all rows with the same index adds them all, in order.
KERNEL_WITH_BARRIERS(scatter_add_rows, int rows, int columns, GLOBAL(const float) a, int sa,
                     GLOBAL(const int) indices, int si, GLOBAL(float) table, int st) {
  SHARED_FLOATS(shared);
  int first = BLOCK_INDEX;
  int index = indices[first * si];
  float earlier = 0.0f;
  for (int r = THREAD_INDEX; r < first; r += BLOCK_THREADS) {
    earlier += indices[r * si] == index ? 1.0f : 0.0f;
  }
  if (index < 0 || block_sum(shared, earlier) != 0.0f) {
    return;  // the same for all threads of the block
  }
  for (int start = 0; start < columns; start += BLOCK_THREADS) {
    int column = start + THREAD_INDEX;
    float sum = column < columns ? table[index * st + column] : 0.0f;
    for (int from = first; from < rows; from += BLOCK_THREADS) {
      BLOCK_SYNC();
      int r = from + THREAD_INDEX;
      shared[THREAD_INDEX] = r < rows && indices[r * si] == index ? 1.0f : 0.0f;
      BLOCK_SYNC();
      for (int j = 0; j < BLOCK_THREADS; j++) {
        if (shared[j] != 0.0f && column < columns) {
          sum += a[(from + j) * sa + column];
        }
      }
    }
    if (column < columns) {
      table[index * st + column] = sum;
    }
  }
}

// A block for each 32 columns; its threads are 32 columns times BLOCK_THREADS / 32 parts of the
// rows.
#define SUM_ROWS(type)                                                                        \
  KERNEL_WITH_BARRIERS(sum_rows_##type, int rows, int columns, GLOBAL(const type) a, int sa,  \
                       GLOBAL(float) out, float beta) {                                       \
    SHARED_FLOATS(shared);                                                                    \
    int column = BLOCK_INDEX * 32 + THREAD_INDEX % 32;                                        \
    int parts = BLOCK_THREADS / 32;                                                           \
    int part = THREAD_INDEX / 32;                                                             \
    float sum = 0.0f;                                                                         \
    if (column < columns) {                                                                   \
      for (int row = part; row < rows; row += parts) {                                        \
        sum += wide(a[row * sa + column]);                                                    \
      }                                                                                       \
    }                                                                                         \
    shared[THREAD_INDEX] = sum;                                                               \
    BLOCK_SYNC();                                                                             \
    for (int half = parts / 2; half > 0; half /= 2) {                                         \
      if (part < half) {                                                                      \
        shared[THREAD_INDEX] += shared[THREAD_INDEX + half * 32];                             \
      }                                                                                       \
      BLOCK_SYNC();                                                                           \
    }                                                                                         \
    if (part == 0 && column < columns) {                                                      \
      out[column] = beta == 0.0f ? shared[THREAD_INDEX] : shared[THREAD_INDEX] + beta * out[column];\
    }                                                                                         \
  }

SUM_ROWS(float)
SUM_ROWS(bfloat16)
SUM_ROWS(float16)

// A block for each row.
KERNEL_WITH_BARRIERS(sum_columns, int columns, GLOBAL(const float) a, int sa, GLOBAL(float) out,
                     int so) {
  SHARED_FLOATS(shared);
  int row = BLOCK_INDEX;
  float sum = 0.0f;
  for (int column = THREAD_INDEX; column < columns; column += BLOCK_THREADS) {
    sum += a[row * sa + column];
  }
  sum = block_sum(shared, sum);
  if (THREAD_INDEX == 0) {
    out[row * so] = sum;
  }
}

// Each block writes the sum of the squares of its elements to partial[block].
KERNEL_WITH_BARRIERS(sum_of_squares, int rows, int columns, GLOBAL(const float) a, int sa,
                     GLOBAL(float) partial) {
  SHARED_FLOATS(shared);
  float sum = 0.0f;
  FOR_EACH_ELEMENT {
    float x = a[row * sa + column];
    sum += x * x;
  }
  sum = block_sum(shared, sum);
  if (THREAD_INDEX == 0) {
    partial[BLOCK_INDEX] = sum;
  }
}

// One block: adds all partial sums to out.
KERNEL_WITH_BARRIERS(add_partial_sums, int count, GLOBAL(const float) partial, GLOBAL(float) out) {
  SHARED_FLOATS(shared);
  float sum = 0.0f;
  for (int i = THREAD_INDEX; i < count; i += BLOCK_THREADS) {
    sum += partial[i];
  }
  sum = block_sum(shared, sum);
  if (THREAD_INDEX == 0) {
    out[0] += sum;
  }
}

// A block for each row.
KERNEL_WITH_BARRIERS(softmax, int columns, ALIASED(const float) a, int sa, ALIASED(float) out,
                     int so) {
  SHARED_FLOATS(shared);
  int row = BLOCK_INDEX;
  float largest = -INFINITE;
  for (int column = THREAD_INDEX; column < columns; column += BLOCK_THREADS) {
    largest = op_max(largest, a[row * sa + column]);
  }
  largest = block_max(shared, largest);
  float sum = 0.0f;
  for (int column = THREAD_INDEX; column < columns; column += BLOCK_THREADS) {
    sum += EXP(a[row * sa + column] - largest);
  }
  sum = block_sum(shared, sum);
  for (int column = THREAD_INDEX; column < columns; column += BLOCK_THREADS) {
    out[row * so + column] = EXP(a[row * sa + column] - largest) / sum;
  }
}

// A block for each row. The loss is Σ wanted (log Σ e^x - x), where wanted is the smoothed target;
// 0 times an infinite logarithm is 0.
KERNEL_WITH_BARRIERS(softmax_cross_entropy, int columns, ALIASED(const float) logits, int sl,
                     GLOBAL(const int) targets, int st, float smoothing, float scale,
                     GLOBAL(float) losses, int so, ALIASED(float) derivative, int sd) {
  SHARED_FLOATS(shared);
  int row = BLOCK_INDEX;
  int target = targets[row * st];
  if (target < 0) {  // the same for all threads of the block
    for (int column = THREAD_INDEX; column < columns; column += BLOCK_THREADS) {
      derivative[row * sd + column] = 0.0f;
    }
    if (THREAD_INDEX == 0) {
      losses[row * so] = 0.0f;
    }
    return;
  }
  float largest = -INFINITE;
  for (int column = THREAD_INDEX; column < columns; column += BLOCK_THREADS) {
    largest = op_max(largest, logits[row * sl + column]);
  }
  largest = block_max(shared, largest);
  float sum = 0.0f;
  for (int column = THREAD_INDEX; column < columns; column += BLOCK_THREADS) {
    sum += EXP(logits[row * sl + column] - largest);
  }
  float log_sum = LOG(block_sum(shared, sum));
  float spread = smoothing / (float)columns;
  float loss = 0.0f;
  for (int column = THREAD_INDEX; column < columns; column += BLOCK_THREADS) {
    float log_probability = logits[row * sl + column] - largest - log_sum;
    float wanted = (column == target ? 1.0f - smoothing : 0.0f) + spread;
    loss -= wanted == 0.0f ? 0.0f : wanted * log_probability;
    derivative[row * sd + column] = (EXP(log_probability) - wanted) * scale;
  }
  loss = block_sum(shared, loss);
  if (THREAD_INDEX == 0) {
    losses[row * so] = loss;
  }
}
