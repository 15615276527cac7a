package dev.recurrent.cuda;

import dev.recurrent.contract.Requirement;
import dev.recurrent.cuda.driver.NativeFunctions;
import dev.recurrent.cuda.driver.Nvrtc;
import dev.recurrent.cuda.foreign.ForeignNvrtc;

/** Opens NVIDIA's NVRTC, which needs no GPU; where there is none, the test is skipped. */
public final class InstalledNvrtc {
  private InstalledNvrtc() {}

  /** Opens any version. */
  static Nvrtc open() {
    return open(0);
  }

  /** Opens the given version, or any for 0. */
  public static Nvrtc open(int version) {
    var found = CudaLibraries.ofThisSystem().find();
    var library = found.nvrtc();
    if (library == null || (version != 0 && library.version() != version)) {
      Requirement.isMissing(
          "NVRTC: found no "
              + (version == 0 ? "libnvrtc.so.12 or libnvrtc.so.13" : "libnvrtc.so." + version)
              + "; -D"
              + CudaLibraries.PROPERTY
              + "=FOLDER names one",
          "cuda",
          "nvrtc");
      throw new IllegalStateException("skipped");
    }
    found.preload().forEach(NativeFunctions::load);
    return new ForeignNvrtc(library.file());
  }
}
