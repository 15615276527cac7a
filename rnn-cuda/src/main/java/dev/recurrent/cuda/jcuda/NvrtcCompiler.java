package dev.recurrent.cuda.jcuda;

import static jcuda.nvrtc.JNvrtc.nvrtcCompileProgram;
import static jcuda.nvrtc.JNvrtc.nvrtcCreateProgram;
import static jcuda.nvrtc.JNvrtc.nvrtcDestroyProgram;
import static jcuda.nvrtc.JNvrtc.nvrtcGetCUBIN;
import static jcuda.nvrtc.JNvrtc.nvrtcGetCUBINSize;
import static jcuda.nvrtc.JNvrtc.nvrtcGetNumSupportedArchs;
import static jcuda.nvrtc.JNvrtc.nvrtcGetPTX;
import static jcuda.nvrtc.JNvrtc.nvrtcGetProgramLog;
import static jcuda.nvrtc.JNvrtc.nvrtcGetSupportedArchs;
import static jcuda.nvrtc.JNvrtc.nvrtcVersion;

import dev.recurrent.cuda.driver.CudaException;
import dev.recurrent.cuda.driver.KernelCache;
import dev.recurrent.cuda.driver.KernelCompilationException;
import dev.recurrent.cuda.driver.KernelCompiler;
import dev.recurrent.cuda.driver.KernelSource;
import dev.recurrent.cuda.driver.Resources;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import jcuda.nvrtc.nvrtcProgram;

/**
 * Compiles kernels by NVRTC to machine code of the device's exact architecture. For a device that
 * is newer than NVRTC it compiles to PTX, which the device's driver compiles further.
 */
final class NvrtcCompiler implements KernelCompiler {
  private final KernelCache cache;
  private final String architecture; // sm_90, or compute_90 for PTX
  private final String version;
  private final String definitions = Resources.text("device.cu");

  NvrtcCompiler(int capability, KernelCache cache) {
    this.cache = cache;
    var major = new int[1];
    var minor = new int[1];
    Status.ofCompiler(nvrtcVersion(major, minor), "nvrtcVersion");
    version = "NVRTC " + major[0] + "." + minor[0];
    architecture = architecture(capability);
  }

  private static String architecture(int capability) {
    var count = new int[1];
    Status.ofCompiler(nvrtcGetNumSupportedArchs(count), "nvrtcGetNumSupportedArchs");
    var supported = new int[count[0]];
    Status.ofCompiler(nvrtcGetSupportedArchs(supported), "nvrtcGetSupportedArchs");
    int best = Arrays.stream(supported).filter(a -> a <= capability).max().orElse(0);
    if (best == 0) {
      throw new CudaException(
          "NVRTC for compute capability " + capability, 5, "NVRTC_ERROR_INVALID_OPTION");
    }
    return (best == capability ? "sm_" : "compute_") + best;
  }

  @Override
  public Path compile(KernelSource source) {
    var text = definitions + source.text();
    var options = new String[] {"--gpu-architecture=" + architecture, "--std=c++17", "--fmad=true"};
    boolean machineCode = architecture.startsWith("sm_");
    return cache.get(
        List.of(version, String.join(" ", options), text),
        machineCode ? ".cubin" : ".ptx",
        file -> Files.write(file, compile(source.name(), text, options, machineCode)));
  }

  private byte[] compile(String name, String text, String[] options, boolean machineCode) {
    var program = new nvrtcProgram();
    Status.ofCompiler(
        nvrtcCreateProgram(program, text, "kernels.cu", 0, null, null),
        "nvrtcCreateProgram " + name);
    try {
      if (nvrtcCompileProgram(program, options.length, options) != 0) {
        var log = new String[1];
        Status.ofCompiler(nvrtcGetProgramLog(program, log), "nvrtcGetProgramLog " + name);
        throw new KernelCompilationException(name, version + " for " + architecture, log[0]);
      }
      if (machineCode) {
        var size = new long[1];
        Status.ofCompiler(nvrtcGetCUBINSize(program, size), "nvrtcGetCUBINSize " + name);
        var bytes = new byte[Math.toIntExact(size[0])];
        Status.ofCompiler(nvrtcGetCUBIN(program, bytes), "nvrtcGetCUBIN " + name);
        return bytes;
      }
      var ptx = new String[1];
      Status.ofCompiler(nvrtcGetPTX(program, ptx), "nvrtcGetPTX " + name);
      return (ptx[0] + "\0").getBytes(StandardCharsets.US_ASCII); // the driver wants the 0
    } finally {
      nvrtcDestroyProgram(program);
    }
  }
}
