package dev.recurrent.cuda;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the library of the NVIDIA driver without loading it: loading maps tens of megabytes and
 * runs the driver's start-up code.
 *
 * @param name the file, such as {@code libcuda.so.1}
 * @param folders where it is looked for, in order
 */
record DriverLibrary(String name, List<Path> folders) {

  DriverLibrary {
    folders = List.copyOf(folders);
  }

  /** Returns the library of this system, in the folders of its loader. */
  static DriverLibrary ofThisSystem() {
    if (System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows")) {
      var folders = paths(System.getenv("PATH"));
      folders.add(Path.of("C:\\Windows\\System32"));
      return new DriverLibrary("nvcuda.dll", folders);
    }
    var folders = paths(System.getenv("LD_LIBRARY_PATH"));
    for (var folder :
        List.of(
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
            "/lib64",
            "/usr/lib64",
            "/usr/lib",
            "/usr/lib64/nvidia",
            "/usr/lib/wsl/lib",
            "/usr/local/nvidia/lib64",
            "/usr/local/cuda/compat",
            "/run/opengl-driver/lib")) {
      folders.add(Path.of(folder));
    }
    return new DriverLibrary("libcuda.so.1", folders);
  }

  /** Returns the first file of that name, or null. */
  @Nullable Path find() {
    for (var folder : folders) {
      var file = folder.resolve(name);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    return null;
  }

  private static List<Path> paths(@Nullable String list) {
    var paths = new ArrayList<Path>();
    if (list != null) {
      for (var entry : list.split(File.pathSeparator, -1)) {
        try {
          if (!entry.isBlank()) {
            paths.add(Path.of(entry));
          }
        } catch (InvalidPathException e) {
          // No folder of the loader either.
        }
      }
    }
    return paths;
  }
}
