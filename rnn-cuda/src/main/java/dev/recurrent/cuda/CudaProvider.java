package dev.recurrent.cuda;

import dev.recurrent.spi.Availability;
import dev.recurrent.spi.Availability.Unavailable;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.BackendProvider;
import dev.recurrent.spi.BackendUnavailableException;

/**
 * Offers the backend {@code cuda}. This version has only its probe, which says so, and whether the
 * NVIDIA driver that the backend will need is there.
 */
public final class CudaProvider implements BackendProvider {
  private static final String USE_CPU = "use the backend cpu meanwhile";

  private final DriverLibrary library;

  /** Creates the provider; called by {@link java.util.ServiceLoader}. */
  public CudaProvider() {
    this(DriverLibrary.ofThisSystem());
  }

  CudaProvider(DriverLibrary library) {
    this.library = library;
  }

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public int priority() {
    return 200;
  }

  @Override
  public Availability probe() {
    var file = library.find();
    if (file == null) {
      return new Unavailable(
          "no NVIDIA driver: found no "
              + library.name()
              + " in "
              + library.folders().size()
              + " folders, from "
              + library.folders().getFirst()
              + " to "
              + library.folders().getLast(),
          "on a machine with an NVIDIA card install its driver; this version of the backend has"
              + " only a probe yet, so "
              + USE_CPU,
          null);
    }
    return new Unavailable(
        "the NVIDIA driver is there ("
            + file
            + "), but this version of the backend has only a probe",
        USE_CPU,
        null);
  }

  @Override
  public Backend open(BackendOptions options) {
    if (probe() instanceof Unavailable(var reason, var remedy, var cause)) {
      throw new BackendUnavailableException("backend cuda: " + reason + "; " + remedy, cause);
    }
    throw new AssertionError("available without an implementation");
  }
}
