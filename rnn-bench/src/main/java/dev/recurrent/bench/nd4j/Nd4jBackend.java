package dev.recurrent.bench.nd4j;

import dev.recurrent.spi.Backend;
import dev.recurrent.spi.DeviceInfo;
import dev.recurrent.spi.Memory;
import dev.recurrent.spi.TensorOps;
import org.nd4j.linalg.factory.Environment;
import org.nd4j.linalg.factory.Nd4j;

/** Computes with ND4J: memory and primitives; kernels are composed of them. */
final class Nd4jBackend implements Backend {
  private final DeviceInfo device;
  private final Memory memory = new Nd4jMemory();
  private final TensorOps ops = new Nd4jTensorOps();

  /** Opens ND4J, whose number of threads is that of the whole process; 0 leaves it as it is. */
  Nd4jBackend(int threads) {
    Environment environment = Nd4j.getEnvironment();
    if (threads > 0) {
      environment.setMaxThreads(threads);
      environment.setMaxMasterThreads(threads);
      Nd4j.factory().blas().setMaxThreads(threads);
    }
    device =
        new DeviceInfo(
            Nd4jProvider.NAME,
            "ND4J %s, %d threads"
                .formatted(Nd4jProvider.version(), environment.maxMasterThreads()));
  }

  @Override
  public DeviceInfo device() {
    return device;
  }

  @Override
  public Memory memory() {
    return memory;
  }

  @Override
  public TensorOps ops() {
    return ops;
  }

  @Override
  public void close() {}
}
