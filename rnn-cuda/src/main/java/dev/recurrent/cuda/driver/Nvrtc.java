package dev.recurrent.cuda.driver;

/**
 * The functions of NVRTC that are used. A status that is not success is a {@link CudaException}.
 */
public interface Nvrtc {
  /** Returns the version, such as {@code 12.6}. */
  String version();

  /** Returns the compute capabilities that it compiles for, such as 90. */
  int[] architectures();

  /**
   * Compiles a source.
   *
   * @throws KernelCompilationException if it refuses the source
   */
  byte[] compile(Job job);

  /**
   * What is to be compiled.
   *
   * @param name for error messages
   */
  record Job(String name, String text, Output output, String... options) {}

  /** Says what comes out. */
  enum Output {
    /** Machine code. */
    CUBIN,
    /** Text for the driver's compiler, with a 0 at its end. */
    PTX
  }
}
