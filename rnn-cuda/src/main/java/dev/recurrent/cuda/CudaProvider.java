package dev.recurrent.cuda;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cuda.driver.CudaException;
import dev.recurrent.cuda.driver.KernelCache;
import dev.recurrent.cuda.jcuda.JCudaDevice;
import dev.recurrent.spi.Availability;
import dev.recurrent.spi.Availability.Available;
import dev.recurrent.spi.Availability.Unavailable;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.BackendProvider;
import dev.recurrent.spi.BackendUnavailableException;
import dev.recurrent.spi.DeviceInfo;
import dev.recurrent.spi.Precision;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Offers the backend {@code cuda}. Its probe looks for files alone: the driver, a device, and the
 * libraries of CUDA 12 or 13; nothing is loaded before {@link #open}.
 */
public final class CudaProvider implements BackendProvider {
  /** The property that says which device to take, 0 or more. */
  static final String DEVICE = "rnn.cuda.device";

  private static final String USE_CPU = "use the backend cpu meanwhile";

  private final DriverLibrary driver;
  private final GpuFiles gpus;
  private final @Nullable CudaLibraries libraries; // null for those of this system, when asked

  /** Creates the provider; called by {@link java.util.ServiceLoader}. */
  public CudaProvider() {
    this(DriverLibrary.ofThisSystem(), GpuFiles.ofThisSystem(), null);
  }

  CudaProvider(DriverLibrary driver, GpuFiles gpus, @Nullable CudaLibraries libraries) {
    this.driver = driver;
    this.gpus = gpus;
    this.libraries = libraries;
  }

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public int priority() {
    return -50; // taken only by name until it has run on a GPU; then above the CPU's
  }

  @Override
  public Availability probe() {
    var file = driver.find();
    if (file == null) {
      return new Unavailable(
          "no NVIDIA driver: found no "
              + driver.name()
              + " in "
              + driver.folders().size()
              + " folders, from "
              + driver.folders().getFirst()
              + " to "
              + driver.folders().getLast(),
          "on a machine with an NVIDIA card install its driver; otherwise use the backend cpu",
          null);
    }
    if (gpus.hidden() != null) {
      return new Unavailable(
          "the NVIDIA driver is there (" + file + "), but " + gpus.hidden() + " hides its devices",
          "unset CUDA_VISIBLE_DEVICES; " + USE_CPU,
          null);
    }
    if (!gpus.present()) {
      return new Unavailable(
          "the NVIDIA driver is there (" + file + "), but no device: found no " + gpus.wanted(),
          "give the container or virtual machine a GPU, such as by docker run --gpus all; "
              + USE_CPU,
          null);
    }
    var found = libraries().find();
    if (!found.missing().isEmpty()) {
      return missing(found);
    }
    return new Available(new DeviceInfo(name(), gpus.model()));
  }

  private CudaLibraries libraries() {
    return libraries == null ? CudaLibraries.ofThisSystem() : libraries;
  }

  private Unavailable missing(CudaLibraries.Result found) {
    var searched = libraries().all();
    return new Unavailable(
        "driver and device are there, but found no "
            + String.join(", and no ", found.missing())
            + " in "
            + searched.size()
            + " folders, from "
            + searched.getFirst()
            + " to "
            + searched.getLast(),
        "install CUDA 12 or 13, or pip install nvidia-cublas-cu12 nvidia-cuda-nvrtc-cu12, or name"
            + " the folders with -D"
            + CudaLibraries.PROPERTY
            + "=FOLDERS; "
            + USE_CPU,
        null);
  }

  @Override
  public List<String> findings() {
    var file = driver.find();
    var found = libraries().find();
    var hidden = gpus.hidden();
    var version = gpus.driverVersion() == null ? "" : ", version " + gpus.driverVersion();
    var device = hidden != null ? "none: " + hidden : gpus.present() ? gpus.model() : "none";
    return List.of(
        "driver: " + (file == null ? "none, looked for " + driver.name() : file + version),
        "device: " + device,
        "cuBLAS: " + (found.cublas() == null ? "none" : found.cublas()),
        "NVRTC: " + (found.nvrtc() == null ? "none" : found.nvrtc()),
        "kernel cache: " + KernelCache.ofUser().folder());
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
      throw new BackendUnavailableException("backend cuda: " + reason + "; " + remedy, cause);
    }
    var choice = libraries().find().choice(Objects.requireNonNull(driver.find()));
    int ordinal = Integer.getInteger(DEVICE, 0);
    try {
      return new CudaBackend(() -> JCudaDevice.open(ordinal, choice, options.precision()));
    } catch (CudaException | LinkageError e) {
      throw new BackendUnavailableException(
          "backend cuda: it looked available, but cannot be opened: "
              + e.getMessage()
              + "; see docs/cuda.md, and "
              + USE_CPU,
          e);
    }
  }
}
