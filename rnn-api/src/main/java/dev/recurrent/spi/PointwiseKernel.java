package dev.recurrent.spi;

import java.util.List;

/**
 * Runs a compiled {@link PointwiseProgram}.
 *
 * <p>Thread-safe: threads may run it at once where none writes what another reads or writes.
 */
public interface PointwiseKernel extends AutoCloseable {
  /**
   * Computes every element. All matrices have the same shape; an output may be the same matrix as
   * an input, but may not overlap one otherwise.
   *
   * @param inputs as many as the program reads
   * @param scalars as many numbers as the program asks for
   * @param outputs as many as the program writes
   */
  void run(List<Matrix> inputs, float[] scalars, List<Matrix> outputs);

  @Override
  void close();
}
