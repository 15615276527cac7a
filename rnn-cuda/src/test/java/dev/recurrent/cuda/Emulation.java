package dev.recurrent.cuda;

import dev.recurrent.contract.Requirement;
import dev.recurrent.cuda.TimeLoops.Policy;
import dev.recurrent.cuda.driver.DeviceParts;
import dev.recurrent.cuda.emulated.EmulatedDevice;
import dev.recurrent.spi.Precision;
import java.util.function.UnaryOperator;

/** Opens emulated devices; where that is not possible, the test is skipped with the reason. */
final class Emulation {
  private static final long MEMORY = 1L << 30;

  private Emulation() {}

  /** Opens a backend that records every time loop. */
  static CudaBackend open(long seed) {
    return open(seed, Policy.RECORD_EVERYTHING);
  }

  static CudaBackend open(long seed, Policy policy) {
    require();
    return new CudaBackend(() -> EmulatedDevice.open(seed, MEMORY, Precision.FP32), policy);
  }

  static CudaBackend open(Precision precision) {
    require();
    return new CudaBackend(
        () -> EmulatedDevice.open(1, MEMORY, precision), Policy.RECORD_EVERYTHING);
  }

  /** Opens a backend on parts that are changed. */
  static CudaBackend open(UnaryOperator<DeviceParts> change) {
    require();
    return new CudaBackend(() -> change.apply(EmulatedDevice.open(1, MEMORY, Precision.FP32)));
  }

  static DeviceParts parts(long seed) {
    require();
    return EmulatedDevice.open(seed, MEMORY, Precision.FP32);
  }

  /** Skips the test, or fails it, where there is no g++. */
  static void require() {
    if (EmulatedDevice.findCompiler() == null) {
      Requirement.isMissing("cuda-emulated: found no g++ on the PATH", "cuda", "g++");
    }
  }
}
