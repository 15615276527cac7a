package dev.recurrent.cuda.emulated;

import dev.recurrent.cuda.driver.DeviceParts;
import dev.recurrent.cuda.driver.KernelCache;
import dev.recurrent.cuda.driver.KernelSource;
import dev.recurrent.cuda.driver.Resources;
import dev.recurrent.spi.Precision;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Puts an emulated device together. */
public final class EmulatedDevice {
  /** The name of the backend. */
  public static final String NAME = "cuda-emulated";

  private EmulatedDevice() {}

  /** Returns the compiler that the emulation needs, g++ on the PATH, or null. */
  public static @Nullable Path findCompiler() {
    return HostCompiler.find();
  }

  /**
   * Opens a device.
   *
   * @param seed decides the order in which threads of a kernel run
   * @param memory the bytes of memory that it has
   * @param precision the numbers in which it multiplies
   * @throws IllegalStateException if there is no g++
   */
  public static DeviceParts open(long seed, long memory, Precision precision) {
    var path = findCompiler();
    if (path == null) {
      throw new IllegalStateException("g++: expected it on the PATH, got none");
    }
    var compiler = new HostCompiler(path, KernelCache.ofUser());
    var text = Resources.text("functions.cu") + Resources.text("emulated-blas.cpp");
    var library = compiler.compile(new KernelSource("emulated-blas.cpp", text));
    var driver = new EmulatedDriver(seed, memory);
    var blas = new EmulatedBlas(driver, library, precision);
    return new DeviceParts(NAME, precision, driver, blas, compiler);
  }
}
