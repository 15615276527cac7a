package dev.recurrent.cuda;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.recurrent.cuda.TimeLoops.Policy;
import dev.recurrent.cuda.driver.DeviceParts;
import dev.recurrent.cuda.emulated.EmulatedDevice;
import dev.recurrent.spi.Precision;
import java.util.Arrays;

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

  static DeviceParts parts(long seed) {
    require();
    return EmulatedDevice.open(seed, MEMORY, Precision.FP32);
  }

  private static void require() {
    if (EmulatedDevice.findCompiler() == null) {
      skip("cuda-emulated: found no g++ on the PATH");
    }
  }

  /** Skips the test; with {@code -Drnn.require=cuda} fails instead. */
  static void skip(String reason) {
    var required = System.getProperty("rnn.require", "").split(",");
    if (Arrays.asList(required).contains("cuda")) {
      fail(reason);
    }
    abort(reason);
  }
}
