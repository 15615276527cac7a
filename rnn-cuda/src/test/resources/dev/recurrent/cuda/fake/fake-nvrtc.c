// Stands in for libnvrtc.so.12: compiles kernels by g++ behind the header that RNN_FAKE_EMULATION
// names, into the folder RNN_FAKE_FOLDER. Its "machine code" is the name of the library, with a letter in
// front and something behind.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMPILATION_ERROR 6

typedef struct {
  const char* source;
  char library[400];
  int text;  // PTX was asked for
} Program;

int nvrtcVersion(int* major, int* minor) {
  *major = 12;
  *minor = 6;
  return 0;
}

int nvrtcGetNumSupportedArchs(int* count) {
  *count = 2;
  return 0;
}

int nvrtcGetSupportedArchs(int* architectures) {
  architectures[0] = 80;
  architectures[1] = 90;
  return 0;
}

int nvrtcCreateProgram(Program** program, const char* source, const char* name, int headers,
                       const char* const* texts, const char* const* names) {
  *program = calloc(1, sizeof(Program));
  (*program)->source = strdup(source);
  return headers != 0 || texts || names || strcmp(name, "kernels.cu");
}

int nvrtcDestroyProgram(Program** program) {
  free(*program);
  *program = 0;
  return 0;
}

int nvrtcCompileProgram(Program* program, int count, const char* const* options) {
  static int number;
  // What stands before is device.cu, which the emulation replaces.
  const char* kernels = strstr(program->source, "// Functions that kernels share");
  program->text = count == 3 && !strcmp(options[0], "--gpu-architecture=compute_90");
  if (count != 3 || (strcmp(options[0], "--gpu-architecture=sm_90") && !program->text) ||
      !kernels) {
    return COMPILATION_ERROR;
  }
  char file[500], command[1500];
  snprintf(program->library, sizeof program->library, "%s/kernels-%d.so",
           getenv("RNN_FAKE_FOLDER"), number++);
  snprintf(file, sizeof file, "%s.cpp", program->library);
  FILE* out = fopen(file, "w");
  if (!out) {
    return COMPILATION_ERROR;
  }
  fprintf(out, "#include \"%s\"\n%s", getenv("RNN_FAKE_EMULATION"), kernels);
  fclose(out);
  snprintf(command, sizeof command, "g++ -std=c++20 -O0 -fPIC -shared '%s' -o '%s'", file,
           program->library);
  return system(command) ? COMPILATION_ERROR : 0;
}

// PTX ends with a 0, which counts.
int nvrtcGetPTXSize(Program* program, size_t* bytes) {
  *bytes = strlen(program->library) + 2;
  return !program->text;
}

int nvrtcGetPTX(Program* program, char* code) {
  sprintf(code, "P%s", program->library);
  return !program->text;
}

int nvrtcGetCUBINSize(Program* program, size_t* bytes) {
  *bytes = strlen(program->library) + 2 + sizeof "rest";
  return program->text;
}

int nvrtcGetCUBIN(Program* program, char* code) {
  strcpy(code + sprintf(code, "C%s", program->library) + 1, "rest");
  return program->text;
}

int nvrtcGetProgramLogSize(Program* program, size_t* bytes) {
  *bytes = sizeof "fake log" + !program;
  return 0;
}

int nvrtcGetProgramLog(Program* program, char* log) {
  strcpy(log, "fake log");
  return !program;
}

const char* nvrtcGetErrorString(int status) { return status ? "NVRTC_ERROR_FAKE" : "NVRTC_SUCCESS"; }
