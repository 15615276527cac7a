package dev.recurrent.spi;

import dev.recurrent.cell.CellProgram;
import java.util.List;
import java.util.Set;

/**
 * Offers a backend to {@link java.util.ServiceLoader}. Providers are cheap: their constructor does
 * nothing, and {@link #probe} loads nothing heavy and throws nothing.
 */
public interface BackendProvider {
  /** Returns the name by which users choose this backend, in lower case. */
  String name();

  /**
   * Returns the rank in an automatic choice: the available backend with the highest one is taken. A
   * backend with a negative priority is taken only when asked for by name.
   */
  int priority();

  /** Answers whether the backend can run here, and if not, why and what to do. */
  Availability probe();

  /**
   * Says line by line what was found of what the backend needs, and what was not, such as {@code
   * driver: none}; for people, whether it is available or not. Loads nothing heavy.
   */
  default List<String> findings() {
    return List.of();
  }

  /**
   * Says what makes the backend much slower here than it could be, and what to do about it: a line
   * each, none where all is well. Loads nothing heavy.
   */
  default List<String> warnings() {
    return List.of();
  }

  /** Returns the precisions that the backend has; by default FP32 alone. */
  default Set<Precision> precisions() {
    return Set.of(Precision.FP32);
  }

  /**
   * Returns what the backend makes of a step of a cell, forward and backward, as text for people:
   * its loops, or the source that it compiles. Needs no device. By default the backend composes a
   * step of primitive operations, one for each instruction.
   */
  default Explanation explain(CellProgram program) {
    return new Explanation(
        "one primitive operation for each line of the program\n",
        "one primitive operation for each line of the program\n");
  }

  /** What a backend makes of a cell's step, as text. */
  record Explanation(String forward, String backward) {}

  /**
   * Opens the backend, with a precision that it has; the caller closes it.
   *
   * @throws BackendUnavailableException if it cannot be opened
   */
  Backend open(BackendOptions options);
}
