package dev.recurrent.cuda.jcuda;

import dev.recurrent.cuda.driver.LibraryChoice;
import dev.recurrent.cuda.driver.LibraryChoice.Binding;
import dev.recurrent.cuda.driver.NativeFunctions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.nvrtc.JNvrtc;

/** Loads the native libraries, once for the process. */
final class Natives {
  private static final String TEMPORARY_FOLDER = "java.io.tmpdir";

  private Natives() {}

  /**
   * Loads CUDA's libraries from the files that were found, and then those of JCuda that are needed,
   * which ask the loader for CUDA's by name and get those.
   *
   * <p>JCuda unpacks its libraries under fixed names into the folder for temporary files, where
   * another user may have put something else under that name. So it is given a private folder, by
   * the one property that it reads, for just as long as it takes.
   *
   * @throws UnsatisfiedLinkError if one cannot be loaded
   */
  static synchronized void load(LibraryChoice libraries) {
    libraries.preload().forEach(NativeFunctions::load);
    NativeFunctions.load(libraries.cublas().file());
    NativeFunctions.load(libraries.nvrtc().file());
    var before = System.getProperty(TEMPORARY_FOLDER);
    try {
      var folder = Files.createTempDirectory("rnn-jcuda");
      try {
        System.setProperty(TEMPORARY_FOLDER, folder.toString());
        JCudaDriver.setExceptionsEnabled(false);
        if (libraries.nvrtc().binding() == Binding.JCUDA) {
          JNvrtc.setExceptionsEnabled(false);
        }
        if (libraries.cublas().binding() == Binding.JCUDA) {
          JCublas2.initialize();
          JCublas2.setExceptionsEnabled(false);
        }
      } finally {
        System.setProperty(TEMPORARY_FOLDER, before);
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("JCuda: its libraries cannot be unpacked", e);
    }
  }

  /** Linux deletes files that are mapped; elsewhere they stay until the system cleans up. */
  private static void delete(Path folder) {
    try (var files = Files.list(folder)) {
      for (var file : files.toList()) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      folder.toFile().deleteOnExit();
    }
  }
}
