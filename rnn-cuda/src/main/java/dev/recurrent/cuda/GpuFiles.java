package dev.recurrent.cuda;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells from the files of the system whether there is a GPU, without asking the driver, which would
 * have to be loaded.
 *
 * @param root the root of the file system
 * @param visible the value of {@code CUDA_VISIBLE_DEVICES}, or null
 */
record GpuFiles(Path root, @Nullable String visible) {
  private static final Pattern DRIVER_VERSION = Pattern.compile("\\b\\d{3,}\\.\\d+(\\.\\d+)?\\b");

  static GpuFiles ofThisSystem() {
    return of(System.getenv());
  }

  private static GpuFiles of(Map<String, String> environment) {
    return new GpuFiles(Path.of("/"), environment.get("CUDA_VISIBLE_DEVICES"));
  }

  /** Returns the setting that hides all devices, or null if none does. */
  @Nullable String hidden() {
    boolean hides = visible != null && (visible.isBlank() || visible.strip().startsWith("-1"));
    return hides ? "CUDA_VISIBLE_DEVICES=" + visible : null;
  }

  /** Returns what is looked for. */
  String wanted() {
    return "/dev/nvidia0 to /dev/nvidia63, nor /dev/dxg";
  }

  /** Tells whether there is a device; on Windows the driver is taken as a sign of one. */
  boolean present() {
    if (System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows")) {
      return true;
    }
    var devices = root.resolve("dev");
    for (int i = 0; i < 64; i++) {
      if (Files.exists(devices.resolve("nvidia" + i))) {
        return true;
      }
    }
    return Files.exists(devices.resolve("dxg")); // Windows Subsystem for Linux
  }

  /** Returns the version of the driver's kernel module, such as 550.54.15, or null. */
  @Nullable String driverVersion() {
    var file = root.resolve("proc/driver/nvidia/version");
    try {
      var matcher = DRIVER_VERSION.matcher(Files.readString(file));
      return matcher.find() ? matcher.group() : null;
    } catch (IOException e) {
      return null; // Windows, and Linux on it, have no such file
    }
  }

  /** Returns the model of the first device, as the driver's files name it. */
  String model() {
    var gpus = root.resolve("proc/driver/nvidia/gpus");
    if (Files.isDirectory(gpus)) {
      try (var stream = Files.newDirectoryStream(gpus)) {
        for (var gpu : stream) {
          for (var line : Files.readAllLines(gpu.resolve("information"))) {
            if (line.startsWith("Model:")) {
              return line.substring("Model:".length()).strip();
            }
          }
        }
      } catch (IOException | DirectoryIteratorException e) {
        return "NVIDIA GPU";
      }
    }
    return "NVIDIA GPU";
  }
}
