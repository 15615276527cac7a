package dev.recurrent.cuda.driver;

import dev.recurrent.cuda.driver.Nvrtc.Job;
import dev.recurrent.cuda.driver.Nvrtc.Output;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Compiles kernels by NVRTC to machine code of the device's exact architecture. For a device that
 * is newer than NVRTC it compiles to PTX, which the device's driver compiles further.
 */
public final class NvrtcCompiler implements KernelCompiler {
  private final Nvrtc nvrtc;
  private final KernelCache cache;
  private final String architecture; // sm_90, or compute_90 for PTX
  private final String definitions = Resources.text("device.cu");

  /** Compiles for a device of the given compute capability, such as 90. */
  public NvrtcCompiler(Nvrtc nvrtc, int capability, KernelCache cache) {
    this.nvrtc = nvrtc;
    this.cache = cache;
    int best = Arrays.stream(nvrtc.architectures()).filter(a -> a <= capability).max().orElse(0);
    if (best == 0) {
      throw new CudaException(
          "NVRTC " + nvrtc.version() + " for compute capability " + capability,
          5,
          "NVRTC_ERROR_INVALID_OPTION");
    }
    architecture = (best == capability ? "sm_" : "compute_") + best;
  }

  @Override
  public Path compile(KernelSource source) {
    var text = definitions + source.text();
    var options = new String[] {"--gpu-architecture=" + architecture, "--std=c++17", "--fmad=true"};
    var output = architecture.startsWith("sm_") ? Output.CUBIN : Output.PTX;
    return cache.get(
        List.of("NVRTC " + nvrtc.version(), String.join(" ", options), text),
        output == Output.CUBIN ? ".cubin" : ".ptx",
        file -> Files.write(file, nvrtc.compile(new Job(source.name(), text, output, options))));
  }
}
