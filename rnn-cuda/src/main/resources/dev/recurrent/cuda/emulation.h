// Runs CUDA kernels on the CPU, one thread after the other, to check their logic: the same macros
// as device.cu, by other means. Every access to global and shared memory is checked against the
// bounds of its buffer, shared memory begins as NaN, and threads take their turns in an order that
// the seed decides. Threads of kernels with barriers are fibers. What is found wrong is written to
// the context; the kernel goes on with a number of no meaning.
//
// It does not check the memory model: whatever one thread writes, the next one sees.

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

namespace emulation {

// The caller's side of these two is EmulatedDriver.
struct Buffer {
  uint64_t address;
  uint64_t bytes;
};

struct Context {
  const Buffer* buffers;  // by rising address
  int64_t count;
  uint64_t seed;
  int64_t failed;
  char message[480];
};

static Context* context;
static const char* kernel_name;
static int thread_index, block_threads, block_index, grid_blocks;

static void fail(const char* what, long long a, long long b, long long c) {
  if (!context->failed) {
    context->failed = 1;
    int n = snprintf(context->message, sizeof context->message, "%s, block %d, thread %d: ",
                     kernel_name, block_index, thread_index);
    snprintf(context->message + n, sizeof context->message - n, what, a, b, c);
  }
}

static uint64_t next_random() {
  uint64_t z = context->seed += 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

static inline float float_of_bits(uint32_t bits) {
  float a;
  memcpy(&a, &bits, sizeof a);
  return a;
}

static inline uint32_t bits_of_float(float a) {
  uint32_t bits;
  memcpy(&bits, &a, sizeof bits);
  return bits;
}

static inline float float_of_half(unsigned short half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 31, mantissa = half & 1023;
  if (exponent == 0) {  // a multiple of 2^-24
    return float_of_bits(sign | bits_of_float((float)mantissa * 5.9604644775390625e-8f));
  }
  return float_of_bits(sign | (exponent == 31 ? 255 : exponent + 112) << 23 | mantissa << 13);
}

static inline unsigned short half_of_float(float a) {
  uint32_t bits = bits_of_float(a), sign = bits >> 16 & 0x8000, size = bits & 0x7fffffff;
  if (size > 0x7f800000) {
    return 0x7fff;
  }
  if (size >= 0x477ff000) {  // from 65520 on it rounds to infinity
    return sign | 0x7c00;
  }
  if (size < 0x38800000) {  // below 2^-14: to a multiple of 2^-24, by adding 1/2 of which it is an ulp
    return sign | (bits_of_float(float_of_bits(size) + 0.5f) - bits_of_float(0.5f));
  }
  return sign | (size - (112u << 23) + 0xfff + (size >> 13 & 1)) >> 13;
}

template <class T> struct Bare { typedef T type; };
template <class T> struct Bare<const T> { typedef T type; };
template <class T> struct Bare<T&> { typedef T type; };
template <class T> struct Bare<const T&> { typedef T type; };

// A pointer that knows how far it may go: from low to high - 1.
template <class T> struct Pointer {
  T* start;
  long long low, high;

  T& operator[](long long i) const {
    static typename Bare<T>::type nothing;
    if (i < low || i >= high) {
      fail("index %lld is outside of %lld to %lld", i, low, high - 1);
      memset((void*)&nothing, 0xff, sizeof nothing);
      return nothing;
    }
    return start[i];
  }

  static Pointer at(uint64_t address) {
    int64_t from = 0, to = context->count;
    while (from < to) {
      int64_t middle = (from + to) / 2;
      const Buffer& buffer = context->buffers[middle];
      if (address < buffer.address) {
        to = middle;
      } else if (address >= buffer.address + buffer.bytes) {
        from = middle + 1;
      } else {
        long long size = sizeof(T), before = address - buffer.address;
        return Pointer{(T*)address, -(before / size), ((long long)buffer.bytes - before) / size};
      }
    }
    return Pointer{(T*)address, 0, 0};
  }
};

template <class T> struct Reader {
  static T read(const void* argument) {
    T value;
    memcpy(&value, argument, sizeof value);
    return value;
  }
};

template <class T> struct Reader<Pointer<T>> {
  static Pointer<T> read(const void* argument) {
    return Pointer<T>::at(Reader<uint64_t>::read(argument));
  }
};

static float* shared_memory;
static int shared_count;

static Pointer<float> shared_floats() {
  return Pointer<float>{shared_memory, 0, shared_count};
}

static void fill_shared_memory() {
  memset(shared_memory, 0xff, sizeof(float) * shared_count);  // NaN
}

// Runs body(closure) for each thread of a launch without barriers.
static void run_threads(void (*body)(void*), void* closure, bool) {
  uint64_t count = (uint64_t)grid_blocks * block_threads;
  uint64_t stride = next_random() % count | 1;
  for (uint64_t a = stride, b = count; b != 0;) {  // until it has no divisor in common with count
    uint64_t rest = a % b;
    a = b;
    b = rest;
    if (b == 0 && a != 1) {
      a = ++stride;
      b = count;
    }
  }
  uint64_t at = next_random() % count;
  for (uint64_t i = 0; i < count; i++) {
    block_index = (int)(at / block_threads);
    thread_index = (int)(at % block_threads);
    body(closure);
    at = (at + stride) % count;
  }
}

// A fiber is entered through its ucontext, and then goes on by _longjmp: swapcontext alone would
// cost two system calls at each barrier.
struct Fiber {
  ucontext_t context;
  jmp_buf at;
  int barrier;  // the line of the barrier at which it waits, 0 while it runs, -1 when it has ended
};

static const int STACK_BYTES = 32 << 10;
static Fiber fibers[1024];
static char* stacks;
static jmp_buf scheduler_at;
static void (*fiber_body)(void*);
static void* fiber_closure;
static bool may_wait;

static void fiber_main() {
  int index = thread_index;
  fiber_body(fiber_closure);
  fibers[index].barrier = -1;
  _longjmp(scheduler_at, 1);
}

static void block_sync(int line) {
  if (!may_wait) {
    fail("line %lld: a barrier in a kernel that is declared without", line, 0, 0);
    return;
  }
  Fiber& fiber = fibers[thread_index];
  fiber.barrier = line;
  if (!_setjmp(fiber.at)) {
    _longjmp(scheduler_at, 1);
  }
}

// Lets a fiber run until its next barrier or its end.
static void resume(Fiber& fiber, bool entered) {
  if (_setjmp(scheduler_at)) {
    return;
  }
  if (entered) {
    _longjmp(fiber.at, 1);
  }
  setcontext(&fiber.context);
}

static void run_block() {
  int order[1024];
  fill_shared_memory();
  for (int i = 0; i < block_threads; i++) {
    order[i] = i;
    Fiber& fiber = fibers[i];
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = stacks + (size_t)i * STACK_BYTES;
    fiber.context.uc_stack.ss_size = STACK_BYTES;
    fiber.context.uc_link = 0;
    makecontext(&fiber.context, fiber_main, 0);
    fiber.barrier = 0;
  }
  for (bool entered = false; !context->failed; entered = true) {
    for (int i = block_threads - 1; i > 0; i--) {
      int j = (int)(next_random() % (i + 1));
      int other = order[i];
      order[i] = order[j];
      order[j] = other;
    }
    for (int i = 0; i < block_threads; i++) {
      thread_index = order[i];
      fibers[thread_index].barrier = 0;
      resume(fibers[thread_index], entered);
    }
    int line = fibers[0].barrier;
    for (int i = 1; i < block_threads; i++) {
      if (fibers[i].barrier != line) {
        thread_index = i;
        fail("deadlock: it is at the barrier of line %lld (-1: at its end), thread 0 at that of "
             "line %lld", fibers[i].barrier, line, 0);
      }
    }
    if (line == -1) {
      return;
    }
  }
}

// Runs body(closure) for each thread of a launch with barriers, block after block.
static void run_blocks(void (*body)(void*), void* closure, bool) {
  if (block_threads > 1024) {
    fail("a block of %lld threads", block_threads, 0, 0);
    return;
  }
  if (!stacks) {
    stacks = (char*)malloc((size_t)1024 * STACK_BYTES);
  }
  fiber_body = body;
  fiber_closure = closure;
  int first = (int)(next_random() % grid_blocks);
  for (int i = 0; i < grid_blocks && !context->failed; i++) {
    block_index = (first + i) % grid_blocks;
    run_block();
  }
}

template <int...> struct Indices {};

template <class Body> static void call(void* body) { (*(Body*)body)(); }

template <class... A, int... I>
static void launch(void (*kernel)(A...), Indices<I...>, void** arguments, bool barriers) {
  auto body = [kernel, ... values = Reader<typename Bare<A>::type>::read(arguments[I])]() {
    kernel(values...);
  };
  may_wait = barriers;
  (barriers ? run_blocks : run_threads)(call<decltype(body)>, &body, barriers);
}

template <class... A>
static void launch(const char* name, void (*kernel)(A...), bool barriers, Context* into,
                   void** arguments, int grid, int block, int shared_bytes) {
  context = into;
  kernel_name = name;
  grid_blocks = grid;
  block_threads = block;
  shared_count = shared_bytes / (int)sizeof(float);
  shared_memory = (float*)malloc(shared_bytes + 1);
  fill_shared_memory();
  launch(kernel, Indices<__integer_pack(sizeof...(A))...>(), arguments, barriers);
  free(shared_memory);
}

}  // namespace emulation

#define EMULATED_KERNEL(name, barriers, ...)                                                  \
  static void name(__VA_ARGS__);                                                              \
  extern "C" void launch_##name(emulation::Context* context, void** arguments, int grid,      \
                                int block, int shared_bytes) {                                \
    emulation::launch(#name, name, barriers, context, arguments, grid, block, shared_bytes);  \
  }                                                                                           \
  static void name(__VA_ARGS__)

#define KERNEL(name, ...) EMULATED_KERNEL(name, false, __VA_ARGS__)
#define KERNEL_WITH_BARRIERS(name, ...) EMULATED_KERNEL(name, true, __VA_ARGS__)
#define DEVICE static inline

#define GLOBAL(type) const emulation::Pointer<type>&
#define ALIASED(type) const emulation::Pointer<type>&
#define SHARED_POINTER const emulation::Pointer<float>&
#define SHARED_FLOATS(name) emulation::Pointer<float> name = emulation::shared_floats()

#define THREAD_INDEX emulation::thread_index
#define BLOCK_THREADS emulation::block_threads
#define BLOCK_INDEX emulation::block_index
#define GRID_BLOCKS emulation::grid_blocks
#define BLOCK_SYNC() emulation::block_sync(__LINE__)

#define EXP(a) __builtin_expf(a)
#define LOG(a) __builtin_logf(a)
#define LOG1P(a) __builtin_log1pf(a)
#define TANH(a) __builtin_tanhf(a)
#define SQRT(a) __builtin_sqrtf(a)
#define ABS(a) __builtin_fabsf(a)
#define INFINITE __builtin_inff()
#define FLOAT_OF_BITS(bits) emulation::float_of_bits(bits)
#define BITS_OF_FLOAT(a) emulation::bits_of_float(a)
using emulation::float_of_half;
using emulation::half_of_float;
