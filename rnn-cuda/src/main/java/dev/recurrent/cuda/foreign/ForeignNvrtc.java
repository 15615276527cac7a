package dev.recurrent.cuda.foreign;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.recurrent.cuda.driver.CudaException;
import dev.recurrent.cuda.driver.KernelCompilationException;
import dev.recurrent.cuda.driver.NativeFunctions;
import dev.recurrent.cuda.driver.Nvrtc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Calls NVRTC, whose functions have the same signatures in CUDA 12 and 13. */
public final class ForeignNvrtc implements Nvrtc {
  private final MethodHandle version;
  private final MethodHandle getNumSupportedArchs;
  private final MethodHandle getSupportedArchs;
  private final MethodHandle createProgram;
  private final MethodHandle compileProgram;
  private final MethodHandle destroyProgram;
  private final Sized cubin;
  private final Sized ptx;
  private final Sized log;

  /** Two functions: one tells how many bytes the other writes. */
  private record Sized(String name, MethodHandle size, MethodHandle get) {
    byte[] read(long program, Arena arena) {
      var bytes = arena.allocate(JAVA_LONG);
      check(
          NativeFunctions.call(() -> (int) size.invokeExact(program, bytes)),
          "nvrtcGet" + name + "Size");
      var content = arena.allocate(Math.max(1, bytes.get(JAVA_LONG, 0)));
      check(NativeFunctions.call(() -> (int) get.invokeExact(program, content)), "nvrtcGet" + name);
      return content.toArray(JAVA_BYTE);
    }
  }

  /** Loads the library. */
  public ForeignNvrtc(Path library) {
    var functions = NativeFunctions.load(library);
    version = functions.find("nvrtcVersion", ADDRESS, ADDRESS);
    getNumSupportedArchs = functions.find("nvrtcGetNumSupportedArchs", ADDRESS);
    getSupportedArchs = functions.find("nvrtcGetSupportedArchs", ADDRESS);
    createProgram =
        functions.find("nvrtcCreateProgram", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
    compileProgram = functions.find("nvrtcCompileProgram", JAVA_LONG, JAVA_INT, ADDRESS);
    destroyProgram = functions.find("nvrtcDestroyProgram", ADDRESS);
    cubin = sized(functions, "CUBIN");
    ptx = sized(functions, "PTX");
    log = sized(functions, "ProgramLog");
  }

  private static Sized sized(NativeFunctions functions, String name) {
    return new Sized(
        name,
        functions.find("nvrtcGet" + name + "Size", JAVA_LONG, ADDRESS),
        functions.find("nvrtcGet" + name, JAVA_LONG, ADDRESS));
  }

  @Override
  public String version() {
    try (var arena = Arena.ofConfined()) {
      var major = arena.allocate(JAVA_INT);
      var minor = arena.allocate(JAVA_INT);
      check(NativeFunctions.call(() -> (int) version.invokeExact(major, minor)), "nvrtcVersion");
      return major.get(JAVA_INT, 0) + "." + minor.get(JAVA_INT, 0);
    }
  }

  @Override
  public int[] architectures() {
    try (var arena = Arena.ofConfined()) {
      var count = arena.allocate(JAVA_INT);
      check(
          NativeFunctions.call(() -> (int) getNumSupportedArchs.invokeExact(count)),
          "nvrtcGetNumSupportedArchs");
      var supported = arena.allocate(JAVA_INT, Math.max(1, count.get(JAVA_INT, 0)));
      check(
          NativeFunctions.call(() -> (int) getSupportedArchs.invokeExact(supported)),
          "nvrtcGetSupportedArchs");
      return supported.toArray(JAVA_INT);
    }
  }

  @Override
  public byte[] compile(Job job) {
    try (var arena = Arena.ofConfined()) {
      var out = arena.allocate(JAVA_LONG);
      var text = arena.allocateFrom(job.text());
      var file = arena.allocateFrom("kernels.cu");
      var none = MemorySegment.NULL;
      check(
          NativeFunctions.call(
              () -> (int) createProgram.invokeExact(out, text, file, 0, none, none)),
          "nvrtcCreateProgram " + job.name());
      try {
        return compile(job, out.get(JAVA_LONG, 0), arena);
      } finally {
        NativeFunctions.call(() -> (int) destroyProgram.invokeExact(out));
      }
    }
  }

  private byte[] compile(Job job, long program, Arena arena) {
    int count = job.options().length;
    var options = arena.allocate(ADDRESS, count);
    for (int i = 0; i < count; i++) {
      options.setAtIndex(ADDRESS, i, arena.allocateFrom(job.options()[i]));
    }
    int status =
        NativeFunctions.call(() -> (int) compileProgram.invokeExact(program, count, options));
    if (status != 0) {
      var text = new String(log.read(program, arena), StandardCharsets.UTF_8).replace("\0", "");
      throw new KernelCompilationException(job.name(), "NVRTC " + version(), text);
    }
    return (job.output() == Output.CUBIN ? cubin : ptx).read(program, arena);
  }

  private static void check(int status, String operation) {
    if (status != 0) {
      throw new CudaException(operation, status, "NVRTC_ERROR_" + status);
    }
  }
}
