package dev.recurrent.cuda.jcuda;

import dev.recurrent.cuda.driver.Cublas;
import dev.recurrent.cuda.driver.CudaException;
import dev.recurrent.cuda.driver.DeviceParts;
import dev.recurrent.cuda.driver.Failures;
import dev.recurrent.cuda.driver.KernelCache;
import dev.recurrent.cuda.driver.LibraryChoice;
import dev.recurrent.cuda.driver.LibraryChoice.Binding;
import dev.recurrent.cuda.driver.NvrtcCompiler;
import dev.recurrent.cuda.foreign.ForeignCublas;
import dev.recurrent.cuda.foreign.ForeignNvrtc;
import dev.recurrent.spi.Precision;
import java.util.List;
import jcuda.driver.CUresult;

/** Puts a GPU together. Nothing of JCuda is loaded before {@link #open} is called. */
public final class JCudaDevice {
  private JCudaDevice() {}

  /**
   * Opens a device on the calling thread, which is to be the only one that uses it.
   *
   * @param ordinal which of the devices that CUDA shows
   * @param libraries CUDA's libraries
   * @param precision the numbers in which it multiplies
   */
  public static DeviceParts open(int ordinal, LibraryChoice libraries, Precision precision) {
    Natives.load(libraries);
    var context = new JCudaContext(ordinal);
    try {
      requireDriverFor(libraries, context.driverVersion());
      requireTensorCores(precision, context.capability());
      var driver = new JCudaGpuDriver(context);
      var cublas = libraries.cublas();
      var functions =
          cublas.binding() == Binding.JCUDA
              ? new JCublasFunctions(driver.stream())
              : new ForeignCublas(cublas.file(), driver.stream().address());
      var nvrtc =
          libraries.nvrtc().binding() == Binding.JCUDA
              ? new JCudaNvrtc()
              : new ForeignNvrtc(libraries.nvrtc().file());
      return new DeviceParts(
          "cuda",
          precision,
          driver,
          new Cublas(driver, functions, precision),
          new NvrtcCompiler(nvrtc, context.capability(), KernelCache.ofUser()));
    } catch (RuntimeException | Error e) {
      Failures.closeAfter(e, context); // and with it whatever was made in it
      throw e;
    }
  }

  /** A driver runs libraries of its own version of CUDA and of those before. */
  private static void requireDriverFor(LibraryChoice libraries, int driver) {
    for (var library : List.of(libraries.cublas(), libraries.nvrtc())) {
      if (driver < 1000 * library.version()) {
        throw new CudaException(
            "driver: expected one that supports CUDA %d for %s, got one of CUDA %d.%d; update it, or install CUDA %3$d"
                .formatted(library.version(), library.file(), driver / 1000, driver % 1000 / 10),
            CUresult.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH,
            "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH");
      }
    }
  }

  private static void requireTensorCores(Precision precision, int capability) {
    int least =
        switch (precision) {
          case FP32 -> 0;
          case FP16 -> 70;
          case TF32, BF16 -> 80;
        };
    if (capability < least) {
      throw new CudaException(
          "precision %s: expected compute capability %d or higher, got %d"
              .formatted(precision, least, capability),
          801,
          "CUDA_ERROR_NOT_SUPPORTED");
    }
  }
}
