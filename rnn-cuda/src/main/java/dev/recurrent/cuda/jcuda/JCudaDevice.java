package dev.recurrent.cuda.jcuda;

import dev.recurrent.cuda.driver.DeviceParts;
import dev.recurrent.cuda.driver.KernelCache;
import dev.recurrent.spi.Precision;
import java.nio.file.Path;
import java.util.List;

/** Puts a GPU together. Nothing of JCuda is loaded before {@link #open} is called. */
public final class JCudaDevice {
  private JCudaDevice() {}

  /**
   * Opens a device on the calling thread, which is to be the only one that uses it.
   *
   * @param ordinal which of the devices that CUDA shows
   * @param libraries CUDA's libraries, to be loaded in this order
   * @param precision the numbers in which it multiplies
   */
  public static DeviceParts open(int ordinal, List<Path> libraries, Precision precision) {
    Natives.load(libraries);
    var context = new JCudaContext(ordinal);
    try {
      var driver = new JCudaGpuDriver(context);
      var compiler = new NvrtcCompiler(context.capability(), KernelCache.ofUser());
      return new DeviceParts(
          "cuda", precision, driver, new JCublasBlas(driver, precision), compiler);
    } catch (RuntimeException | Error e) {
      context.close(); // and with it whatever was made in it
      throw e;
    }
  }
}
