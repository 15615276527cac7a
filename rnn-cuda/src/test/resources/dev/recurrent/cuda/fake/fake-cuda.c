// Stands in for libcuda.so.1, to check what JCuda hands over. Device memory is the host's; a
// "module" is the name of a library of emulated kernels. Every argument that has one right value
// is checked.

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONTEXT ((void*)1)
#define STREAM ((void*)77)
#define INVALID_VALUE 1
#define OUT_OF_MEMORY 2
#define INVALID_IMAGE 200
#define INVALID_HANDLE 400
#define NOT_FOUND 500
#define ILLEGAL_ADDRESS 700
#define LAUNCH_FAILED 719

typedef uint64_t Address;

int cuInit(unsigned flags) { return flags; }

int cuDriverGetVersion(int* version) {
  *version = atoi(getenv("RNN_FAKE_DRIVER"));
  return 0;
}

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
  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR
  *value = attribute == 75 ? atoi(getenv("RNN_FAKE_CAPABILITY")) : 0;
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

// A device is lost from the moment on that its folder holds a file of that name.
static int on_stream(void* stream) {
  char file[500];
  snprintf(file, sizeof file, "%s/lost", getenv("RNN_FAKE_FOLDER"));
  return !access(file, F_OK) ? LAUNCH_FAILED : stream == STREAM ? 0 : INVALID_HANDLE;
}

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

// Machine code begins with a C, has a 0 within, and goes on behind it; PTX is a text.
int cuModuleLoadData(void** module, const void* image) {
  const char* name = (const char*)image + 1;
  if (*(const char*)image == 'C' && strcmp(name + strlen(name) + 1, "rest")) {
    return INVALID_IMAGE;
  }
  *module = dlopen(name, RTLD_NOW);
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

// A graph is a list of calls, of which each has its arguments as the launcher saw them.
typedef struct {
  void (*function)(void*);
  void* argument;
} Call;

typedef struct {
  int count;
  Call calls[10000];
} Graph;

static Graph* captured;  // while something is being captured

// Does a call, or records it; the argument belongs to the graph.
int fake_hand_over(void (*function)(void*), void* argument) {
  if (!captured) {
    function(argument);
    free(argument);
    return 0;
  }
  if (captured->count == 10000) {
    return OUT_OF_MEMORY;
  }
  captured->calls[captured->count++] = (Call){function, argument};
  return 0;
}

int cuStreamBeginCapture_v2(void* stream, int mode) {
  if (captured || mode != 1) {  // CU_STREAM_CAPTURE_MODE_THREAD_LOCAL
    return INVALID_VALUE;
  }
  captured = calloc(1, sizeof(Graph));
  return on_stream(stream);
}

int cuStreamEndCapture(void* stream, Graph** graph) {
  *graph = captured;
  captured = 0;
  return *graph ? on_stream(stream) : INVALID_VALUE;
}

int cuGraphInstantiateWithFlags(Graph** executable, Graph* graph, unsigned long long flags) {
  *executable = malloc(sizeof(Graph));
  **executable = *graph;
  return flags ? INVALID_VALUE : 0;
}

int cuGraphExecUpdate_v2(Graph* executable, Graph* graph, void* result) {
  if (executable->count != graph->count || !result) {
    return INVALID_VALUE;
  }
  *executable = *graph;
  return 0;
}

int cuGraphLaunch(Graph* executable, void* stream) {
  static int launches;
  if (++launches == 1) {
    fprintf(stderr, "first launch of a graph\n");
  }
  for (int i = 0; i < executable->count; i++) {
    executable->calls[i].function(executable->calls[i].argument);
  }
  return on_stream(stream);
}

int cuGraphDestroy(Graph* graph) {
  free(graph);
  return 0;
}

int cuGraphExecDestroy(Graph* graph) {
  free(graph);
  return 0;
}

typedef struct {
  void (*function)(void*, void**, int, int, int);
  int grid, block, shared_bytes;
  uint64_t values[128];
  void* pointers[128];
} Launch;

static void launch(void* argument) {
  Launch* l = argument;
  l->function(&context, l->pointers, l->grid, l->block, l->shared_bytes);
}

int cuLaunchKernel(void* function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                   unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared_bytes,
                   void* stream, void** arguments, void** extra) {
  if (grid_y != 1 || grid_z != 1 || block_y != 1 || block_z != 1 || extra) {
    return INVALID_VALUE;
  }
  Launch* l = malloc(sizeof(Launch));
  l->function = (void (*)(void*, void**, int, int, int))function;
  l->grid = grid_x;
  l->block = block_x;
  l->shared_bytes = shared_bytes;
  // CUDA knows how many arguments the kernel has; what is copied beyond them is of no meaning.
  for (int i = 0; i < 128; i++) {
    l->values[i] = *(uint64_t*)arguments[i];
    l->pointers[i] = &l->values[i];
  }
  fake_hand_over(launch, l);
  return context.failed ? ILLEGAL_ADDRESS : on_stream(stream);
}
