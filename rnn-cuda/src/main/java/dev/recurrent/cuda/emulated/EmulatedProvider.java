package dev.recurrent.cuda.emulated;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cuda.CudaBackend;
import dev.recurrent.spi.Availability;
import dev.recurrent.spi.Availability.Available;
import dev.recurrent.spi.Availability.Unavailable;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.BackendProvider;
import dev.recurrent.spi.BackendUnavailableException;
import dev.recurrent.spi.DeviceInfo;
import dev.recurrent.spi.Precision;
import java.util.Set;

/**
 * Offers the backend {@code cuda-emulated}: the kernels of {@code cuda} on the CPU, to check them.
 * It is slow, and taken only when asked for by name.
 */
public final class EmulatedProvider implements BackendProvider {
  private static final long SEED = 1;
  private static final long MEMORY = 2L << 30;

  /** Creates the provider; called by {@link java.util.ServiceLoader}. */
  public EmulatedProvider() {}

  @Override
  public String name() {
    return EmulatedDevice.NAME;
  }

  @Override
  public int priority() {
    return -200;
  }

  @Override
  public Availability probe() {
    var compiler = EmulatedDevice.findCompiler();
    if (compiler != null) {
      return new Available(new DeviceInfo(name(), "kernels on the CPU, compiled by " + compiler));
    }
    return new Unavailable(
        "found no g++ on the PATH", "install g++ 12 or newer on an x86-64 Linux", null);
  }

  @Override
  public Set<Precision> precisions() {
    return Set.of(Precision.values());
  }

  @Override
  public Explanation explain(CellProgram program) {
    return CudaBackend.explain(program);
  }

  @Override
  public Backend open(BackendOptions options) {
    if (probe() instanceof Unavailable(var reason, var remedy, var cause)) {
      throw new BackendUnavailableException(
          "backend " + name() + ": " + reason + "; " + remedy, cause);
    }
    return new CudaBackend(() -> EmulatedDevice.open(SEED, MEMORY, options.precision()));
  }
}
