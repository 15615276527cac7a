// Stands in for libcuda.so.1, to check what JCuda hands over. Device memory is the host's; a
// "module" is the name of a library of emulated kernels. Every argument that has one right value
// is checked.

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTEXT ((void*)1)
#define STREAM ((void*)77)
#define INVALID_VALUE 1
#define OUT_OF_MEMORY 2
#define INVALID_IMAGE 200
#define INVALID_HANDLE 400
#define NOT_FOUND 500
#define ILLEGAL_ADDRESS 700

typedef uint64_t Address;

int cuInit(unsigned flags) { return flags; }

int cuDeviceGetCount(int* count) {
  *count = 1;
  return 0;
}

int cuDeviceGet(int* device, int ordinal) {
  *device = ordinal;
  return 0;
}

int cuDeviceGetName(char* name, int length, int device) {
  snprintf(name, length, "Fake GPU");
  return device;
}

int cuDeviceGetAttribute(int* value, int attribute, int device) {
  *value = attribute == 75 ? 9 : 0;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR
  return device;
}

int cuDevicePrimaryCtxRetain(void** context, int device) {
  *context = CONTEXT;
  return device;
}

int cuDevicePrimaryCtxRelease_v2(int device) { return device; }
int cuDevicePrimaryCtxRelease(int device) { return device; }
int cuCtxSetCurrent(void* context) { return context == CONTEXT ? 0 : INVALID_HANDLE; }

int cuMemAlloc_v2(Address* address, size_t bytes) {
  if (bytes > 1u << 30) {
    return OUT_OF_MEMORY;
  }
  *address = (Address)malloc(bytes);
  return 0;
}

int cuMemFree_v2(Address address) {
  free((void*)address);
  return 0;
}

int cuMemGetInfo_v2(size_t* free_bytes, size_t* total) {
  *free_bytes = 1u << 20;
  *total = 1u << 30;
  return 0;
}

int cuMemHostAlloc(void** memory, size_t bytes, unsigned flags) {
  *memory = malloc(bytes);
  return flags;
}

int cuMemFreeHost(void* memory) {
  free(memory);
  return 0;
}

static int on_stream(void* stream) { return stream == STREAM ? 0 : INVALID_HANDLE; }

int cuMemcpyHtoDAsync_v2(Address to, const void* from, size_t bytes, void* stream) {
  memcpy((void*)to, from, bytes);
  return on_stream(stream);
}

int cuMemcpyDtoHAsync_v2(void* to, Address from, size_t bytes, void* stream) {
  memcpy(to, (void*)from, bytes);
  return on_stream(stream);
}

int cuMemsetD8Async(Address to, unsigned char value, size_t bytes, void* stream) {
  memset((void*)to, value, bytes);
  return on_stream(stream);
}

int cuStreamCreate(void** stream, unsigned flags) {
  *stream = STREAM;
  return flags == 1 ? 0 : INVALID_VALUE;  // CU_STREAM_NON_BLOCKING
}

int cuStreamSynchronize(void* stream) { return on_stream(stream); }
int cuStreamDestroy_v2(void* stream) { return on_stream(stream); }

int cuEventCreate(void** event, unsigned flags) {
  *event = malloc(1);
  return flags == 2 ? 0 : INVALID_VALUE;  // CU_EVENT_DISABLE_TIMING
}

int cuEventRecord(void* event, void* stream) { return event ? on_stream(stream) : INVALID_HANDLE; }
int cuEventSynchronize(void* event) { return event ? 0 : INVALID_HANDLE; }

int cuEventDestroy_v2(void* event) {
  free(event);
  return 0;
}

int cuModuleLoadData(void** module, const void* image) {
  *module = dlopen((const char*)image, RTLD_NOW);
  return *module ? 0 : INVALID_IMAGE;
}

int cuModuleUnload(void* module) { return dlclose(module); }

int cuModuleGetFunction(void** function, void* module, const char* name) {
  char launcher[300];
  snprintf(launcher, sizeof launcher, "launch_%s", name);
  *function = dlsym(module, launcher);
  return *function ? 0 : NOT_FOUND;
}

// Context of emulation.h, with one buffer that is all of memory.
static uint64_t everything[] = {1, 1ull << 62};
static struct {
  uint64_t* buffers;
  int64_t count, seed, failed;
  char message[480];
} context = {everything, 1, 5, 0, ""};

int cuLaunchKernel(void* function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                   unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared_bytes,
                   void* stream, void** arguments, void** extra) {
  if (grid_y != 1 || grid_z != 1 || block_y != 1 || block_z != 1 || extra) {
    return INVALID_VALUE;
  }
  ((void (*)(void*, void**, int, int, int))function)(&context, arguments, grid_x, block_x,
                                                     shared_bytes);
  return context.failed ? ILLEGAL_ADDRESS : on_stream(stream);
}
