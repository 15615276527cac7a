package dev.recurrent.cuda.driver;

/** Says that a kernel could not be compiled, and holds what the compiler wrote. */
public final class KernelCompilationException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Creates the exception. */
  public KernelCompilationException(String source, String compiler, String log) {
    super(source + ": " + compiler + " refused it:\n" + log);
  }
}
