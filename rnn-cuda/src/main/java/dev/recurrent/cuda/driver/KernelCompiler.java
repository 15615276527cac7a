package dev.recurrent.cuda.driver;

import java.nio.file.Path;

/** Compiles kernels for the device of its {@link Driver}. */
public interface KernelCompiler {
  /**
   * Compiles a source, or finds what was compiled before.
   *
   * @return a file that {@link Driver#load} takes
   * @throws KernelCompilationException if the source is wrong, with the compiler's log
   */
  Path compile(KernelSource source);
}
