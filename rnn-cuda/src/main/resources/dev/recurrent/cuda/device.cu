// What kernels may use, for NVRTC and nvcc. The emulation has the same names in emulation.h.

// A kernel whose threads never wait for each other.
#define KERNEL(name, ...) extern "C" __global__ void __launch_bounds__(256) name(__VA_ARGS__)
// A kernel whose blocks use BLOCK_SYNC.
#define KERNEL_WITH_BARRIERS(name, ...) extern "C" __global__ void __launch_bounds__(256) name(__VA_ARGS__)
#define DEVICE __device__ __forceinline__

// Pointers to global and to shared memory.
#define GLOBAL(type) type* __restrict__
#define ALIASED(type) type*
#define SHARED_POINTER float*
#define SHARED_FLOATS(name) extern __shared__ float name[]

#define THREAD_INDEX ((int)threadIdx.x)
#define BLOCK_THREADS ((int)blockDim.x)
#define BLOCK_INDEX ((int)blockIdx.x)
#define GRID_BLOCKS ((int)gridDim.x)
#define BLOCK_SYNC() __syncthreads()

#define EXP(a) expf(a)
#define LOG(a) logf(a)
#define LOG1P(a) log1pf(a)
#define TANH(a) tanhf(a)
#define SQRT(a) sqrtf(a)
#define ABS(a) fabsf(a)
#define INFINITE __int_as_float(0x7f800000)
#define FLOAT_OF_BITS(bits) __uint_as_float(bits)
#define BITS_OF_FLOAT(a) __float_as_uint(a)

// FP16, to the nearest, ties to even.
__device__ __forceinline__ float float_of_half(unsigned short bits) {
  float a;
  asm("cvt.f32.f16 %0, %1;" : "=f"(a) : "h"(bits));
  return a;
}
__device__ __forceinline__ unsigned short half_of_float(float a) {
  unsigned short bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(a));
  return bits;
}
