package dev.recurrent.cuda.emulated;

import dev.recurrent.cuda.driver.KernelCache;
import dev.recurrent.cuda.driver.KernelCompilationException;
import dev.recurrent.cuda.driver.KernelCompiler;
import dev.recurrent.cuda.driver.KernelSource;
import dev.recurrent.cuda.driver.Resources;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compiles kernels for the CPU with g++, behind {@code emulation.h}. */
final class HostCompiler implements KernelCompiler {
  private static final List<String> OPTIONS =
      List.of("-std=c++20", "-O0", "-fPIC", "-shared", "-Wno-psabi", "-x", "c++");

  private final Path compiler;
  private final String version;
  private final KernelCache cache;
  private final String emulation = Resources.text("emulation.h");

  HostCompiler(Path compiler, KernelCache cache) {
    this.compiler = compiler;
    this.cache = cache;
    try {
      version = run(List.of(compiler.toString(), "--version"));
    } catch (IOException e) {
      throw new IllegalStateException(compiler + ": cannot be run", e);
    }
  }

  /** Returns the g++ on the PATH, or null. */
  static @Nullable Path find() {
    var path = System.getenv("PATH");
    for (var folder : (path == null ? "" : path).split(File.pathSeparator, -1)) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, "g++"))) {
        return Path.of(folder, "g++");
      }
    }
    return null;
  }

  @Override
  public Path compile(KernelSource source) {
    var text = emulation + "\n" + source.text();
    var ingredients = List.of(version, String.join(" ", OPTIONS), text);
    return cache.get(
        ingredients,
        ".so",
        library -> {
          var file = library.resolveSibling("kernels.cpp");
          try {
            Files.writeString(file, text);
            var command = new ArrayList<>(List.of(compiler.toString()));
            command.addAll(OPTIONS);
            command.addAll(List.of(file.toString(), "-o", library.toString()));
            var log = run(command);
            if (!Files.isRegularFile(library)) {
              throw new KernelCompilationException(source.name(), "g++", log);
            }
          } finally {
            Files.deleteIfExists(file);
          }
        });
  }

  private static String run(List<String> command) throws IOException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    try (var output = process.getInputStream()) {
      var text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return text;
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while compiling", e);
    }
  }
}
