package dev.recurrent.cuda;

import dev.recurrent.cuda.driver.LibraryChoice;
import dev.recurrent.cuda.driver.LibraryChoice.Binding;
import dev.recurrent.cuda.driver.LibraryChoice.Library;
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
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks for NVRTC and cuBLAS of CUDA 12 or 13 without loading them. CUDA 12 is preferred, as JCuda
 * has bindings for it.
 *
 * @param named the folders that the user names, which come first
 * @param folders where they are looked for after those, in order
 */
record CudaLibraries(List<Path> named, List<Path> folders) {
  /** The property that names folders to look in first. */
  static final String PROPERTY = "rnn.cuda.libraries";

  /** The property that asks for {@code foreign} instead of JCuda's bindings of CUDA 12. */
  static final String BINDINGS = "rnn.cuda.bindings";

  private static final int[] VERSIONS = {12, 13};

  CudaLibraries {
    named = List.copyOf(named);
    folders = List.copyOf(folders);
  }

  /**
   * What was found.
   *
   * @param preload what the libraries depend on, in the order of loading
   */
  record Result(@Nullable Library cublas, @Nullable Library nvrtc, List<Path> preload) {
    /** Returns what was not found. */
    List<String> missing() {
      var list = new ArrayList<String>();
      if (cublas == null) {
        list.add(names(Kind.CUBLAS_LT) + " with " + names(Kind.CUBLAS));
      }
      if (nvrtc == null) {
        list.add(names(Kind.NVRTC));
      }
      return list;
    }

    /**
     * Returns the libraries, none of which may be missing.
     *
     * @param driver the library of the driver, which may lie where the loader does not look
     */
    LibraryChoice choice(Path driver) {
      if (cublas == null || nvrtc == null) {
        throw new IllegalStateException("libraries: expected all, missing are " + missing());
      }
      var first = Stream.concat(Stream.of(driver), preload.stream()).toList();
      return new LibraryChoice(first, cublas, nvrtc);
    }

    private static String names(Kind kind) {
      return kind.file(12) + " or " + kind.file(13);
    }
  }

  /** The libraries that there are. */
  private enum Kind {
    CUBLAS_LT("libcublasLt.so.%d", "cublasLt64_%d.dll"),
    CUBLAS("libcublas.so.%d", "cublas64_%d.dll"),
    NVRTC("libnvrtc.so.%d", "nvrtc64_%d0_0.dll");

    private final String linux;
    private final String windows;

    Kind(String linux, String windows) {
      this.linux = linux;
      this.windows = windows;
    }

    String file(int version) {
      return (isWindows() ? windows : linux).formatted(version);
    }
  }

  /** Looks where this system and its user may have them. */
  static CudaLibraries ofThisSystem() {
    return of(
        System.getenv(), System.getProperty(PROPERTY), Path.of(System.getProperty("user.home")));
  }

  static CudaLibraries of(Map<String, String> environment, @Nullable String property, Path home) {
    var folders = new LinkedHashSet<Path>();
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
    return new CudaLibraries(paths(property), List.copyOf(folders));
  }

  /** Returns all folders, those that the user names first. */
  List<Path> all() {
    return Stream.concat(named.stream(), folders.stream()).distinct().toList();
  }

  /** Looks for the files. */
  Result find() {
    var preload = new ArrayList<Path>();
    var cublas = find(Kind.CUBLAS);
    if (cublas != null) {
      preload.add(Objects.requireNonNull(first(all(), Kind.CUBLAS_LT, cublas.version())));
    }
    var nvrtc = find(Kind.NVRTC);
    if (nvrtc != null) {
      // NVRTC asks the loader for its builtins by name: they lie beside it.
      var builtins = "libnvrtc-builtins.so." + nvrtc.version() + ".*";
      preload.addAll(children(parent(nvrtc.file()), builtins));
    }
    return new Result(cublas, nvrtc, preload);
  }

  /** Prefers what is in the folders that the user names, and then CUDA 12. */
  private @Nullable Library find(Kind kind) {
    for (var group : List.of(named, all())) {
      for (int version : VERSIONS) {
        var file = first(group, kind, version);
        boolean whole = kind != Kind.CUBLAS || first(all(), Kind.CUBLAS_LT, version) != null;
        if (file != null && whole) {
          boolean foreign = version != 12 || "foreign".equals(System.getProperty(BINDINGS));
          return new Library(file, version, foreign ? Binding.FOREIGN : Binding.JCUDA);
        }
      }
    }
    return null;
  }

  private static @Nullable Path first(List<Path> folders, Kind kind, int version) {
    for (var folder : folders) {
      var file = folder.resolve(kind.file(version));
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    return null;
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

  /**
   * Adds what JavaCPP has unpacked: cuda-redist-VERSION-PLATFORM.jar/org/bytedeco/cuda/PLATFORM.
   */
  private static void addJavaCpp(LinkedHashSet<Path> folders, Path cache) {
    for (var jar : children(cache, "cuda-*")) {
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
