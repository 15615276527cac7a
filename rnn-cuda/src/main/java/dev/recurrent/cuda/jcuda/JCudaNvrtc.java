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
import dev.recurrent.cuda.driver.KernelCompilationException;
import dev.recurrent.cuda.driver.Nvrtc;
import java.nio.charset.StandardCharsets;
import jcuda.nvrtc.JNvrtc;
import jcuda.nvrtc.nvrtcProgram;

/** Calls NVRTC 12 through JNvrtc. */
final class JCudaNvrtc implements Nvrtc {

  @Override
  public String version() {
    var major = new int[1];
    var minor = new int[1];
    check(nvrtcVersion(major, minor), "nvrtcVersion");
    return major[0] + "." + minor[0];
  }

  @Override
  public int[] architectures() {
    var count = new int[1];
    check(nvrtcGetNumSupportedArchs(count), "nvrtcGetNumSupportedArchs");
    var supported = new int[count[0]];
    check(nvrtcGetSupportedArchs(supported), "nvrtcGetSupportedArchs");
    return supported;
  }

  @Override
  public byte[] compile(Job job) {
    var name = job.name();
    var program = new nvrtcProgram();
    check(
        nvrtcCreateProgram(program, job.text(), "kernels.cu", 0, null, null),
        "nvrtcCreateProgram " + name);
    try {
      if (nvrtcCompileProgram(program, job.options().length, job.options()) != 0) {
        var log = new String[1];
        check(nvrtcGetProgramLog(program, log), "nvrtcGetProgramLog " + name);
        throw new KernelCompilationException(name, "NVRTC " + version(), log[0]);
      }
      if (job.output() == Output.CUBIN) {
        var size = new long[1];
        check(nvrtcGetCUBINSize(program, size), "nvrtcGetCUBINSize " + name);
        var bytes = new byte[Math.toIntExact(size[0])];
        check(nvrtcGetCUBIN(program, bytes), "nvrtcGetCUBIN " + name);
        return bytes;
      }
      var ptx = new String[1];
      check(nvrtcGetPTX(program, ptx), "nvrtcGetPTX " + name);
      return (ptx[0] + "\0").getBytes(StandardCharsets.US_ASCII);
    } finally {
      nvrtcDestroyProgram(program);
    }
  }

  private static void check(int status, String operation) {
    if (status != 0) {
      throw new CudaException(operation, status, JNvrtc.nvrtcGetErrorString(status));
    }
  }
}
