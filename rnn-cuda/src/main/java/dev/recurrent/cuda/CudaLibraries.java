package dev.recurrent.cuda;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks for NVRTC and cuBLAS of CUDA 12 without loading them.
 *
 * @param folders where they are looked for, in order
 */
record CudaLibraries(List<Path> folders) {
  /** The property and the environment variable that name folders to look in first. */
  static final String PROPERTY = "rnn.cuda.libraries";

  CudaLibraries {
    folders = List.copyOf(folders);
  }

  /**
   * What was found.
   *
   * @param files in the order in which they are to be loaded
   * @param missing the names of those that were not found
   * @param otherVersion a file of another version of CUDA than 12, or null
   */
  record Result(List<Path> files, List<String> missing, @Nullable Path otherVersion) {}

  /** Looks where this system and its user may have them. */
  static CudaLibraries ofThisSystem() {
    return of(
        System.getenv(), System.getProperty(PROPERTY), Path.of(System.getProperty("user.home")));
  }

  static CudaLibraries of(Map<String, String> environment, @Nullable String property, Path home) {
    var folders = new LinkedHashSet<Path>();
    folders.addAll(paths(property));
    for (var variable : List.of("CUDA_HOME", "CUDA_PATH")) {
      for (var root : paths(environment.get(variable))) {
        addToolkit(folders, root);
      }
    }
    folders.addAll(paths(environment.get(isWindows() ? "PATH" : "LD_LIBRARY_PATH")));
    if (!isWindows()) {
      var toolkits = children(Path.of("/usr/local"), "cuda*");
      Collections.reverse(toolkits); // the newest first
      toolkits.forEach(root -> addToolkit(folders, root));
      for (var folder : List.of("/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib", "/lib64")) {
        folders.add(Path.of(folder));
      }
      addLoaderFolders(folders);
    }
    addJavaCpp(folders, home.resolve(".javacpp/cache"));
    for (var variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
      paths(environment.get(variable)).forEach(root -> addPython(folders, root));
    }
    addPython(folders, home.resolve(".local"));
    addPython(folders, Path.of("/usr/local"));
    addPython(folders, Path.of("/usr"));
    return new CudaLibraries(List.copyOf(folders));
  }

  /** Looks for the files. */
  Result find() {
    var files = new ArrayList<Path>();
    var missing = new ArrayList<String>();
    Path other = null;
    for (var name : names()) {
      var file = first(name);
      if (file == null) {
        missing.add(name);
        var any = isWindows() ? null : first(name.replace(".so.12", ".so.13"));
        other = any == null ? other : any;
        continue;
      }
      if (name.contains("nvrtc")) {
        // NVRTC asks the loader for its builtins by name: they lie beside it.
        files.addAll(children(parent(file), "libnvrtc-builtins.so.12.*"));
      }
      files.add(file);
    }
    return new Result(files, missing, other);
  }

  private @Nullable Path first(String name) {
    for (var folder : folders) {
      var file = folder.resolve(name);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    return null;
  }

  private static List<String> names() {
    return isWindows()
        ? List.of("cublasLt64_12.dll", "cublas64_12.dll", "nvrtc64_120_0.dll")
        : List.of("libcublasLt.so.12", "libcublas.so.12", "libnvrtc.so.12");
  }

  private static void addToolkit(LinkedHashSet<Path> folders, Path root) {
    folders.add(root.resolve(isWindows() ? "bin" : "lib64"));
    folders.add(root.resolve("targets/x86_64-linux/lib"));
  }

  /** Adds the folders of ldconfig's configuration. */
  private static void addLoaderFolders(LinkedHashSet<Path> folders) {
    for (var file : children(Path.of("/etc/ld.so.conf.d"), "*.conf")) {
      try {
        for (var line : Files.readAllLines(file)) {
          if (line.startsWith("/")) {
            folders.addAll(paths(line.strip()));
          }
        }
      } catch (IOException | java.io.UncheckedIOException e) {
        // What the loader cannot read either.
      }
    }
  }

  /** Adds what JavaCPP has unpacked: cuda-VERSION-PLATFORM.jar/org/bytedeco/cuda/PLATFORM. */
  private static void addJavaCpp(LinkedHashSet<Path> folders, Path cache) {
    for (var jar : children(cache, "cuda-12*")) {
      folders.addAll(children(jar.resolve("org/bytedeco/cuda"), "*"));
    }
  }

  /** Adds what pip has installed: lib/python3.x/site-packages/nvidia/{cublas,cuda_nvrtc}/lib. */
  private static void addPython(LinkedHashSet<Path> folders, Path root) {
    for (var python : children(root.resolve("lib"), "python3*")) {
      for (var packages : List.of("site-packages", "dist-packages")) {
        for (var library : children(python.resolve(packages).resolve("nvidia"), "*")) {
          folders.add(library.resolve(isWindows() ? "bin" : "lib"));
        }
      }
    }
  }

  private static Path parent(Path file) {
    var parent = file.getParent();
    return parent == null ? Path.of("") : parent;
  }

  private static List<Path> children(Path folder, String glob) {
    var list = new ArrayList<Path>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, glob)) {
        stream.forEach(list::add);
      } catch (IOException | java.nio.file.DirectoryIteratorException e) {
        // A folder that cannot be read has nothing for us.
      }
    }
    Collections.sort(list);
    return list;
  }

  private static List<Path> paths(@Nullable String list) {
    var paths = new ArrayList<Path>();
    for (var entry : (list == null ? "" : list).split(File.pathSeparator, -1)) {
      try {
        if (!entry.isBlank()) {
          paths.add(Path.of(entry));
        }
      } catch (InvalidPathException e) {
        // No folder of the loader either.
      }
    }
    return paths;
  }

  private static boolean isWindows() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
  }
}
