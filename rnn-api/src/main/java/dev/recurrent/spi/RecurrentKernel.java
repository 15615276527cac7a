package dev.recurrent.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs one cell over sequences, forward and backward; made by {@link Backend#compile}. Rows are in
 * the sorted order of the {@link SequenceLayout}. B is the number of sequences, N the number of
 * packed rows, I the input size, O the output size, S the size of a state. Inputs, outputs and
 * states may have gaps between their rows (they may be halves of a wider matrix); parameters may
 * not. Calls validate nothing: that is done above.
 *
 * <p>Thread-safe: any number of threads may call {@link #forward} at once with outputs of their
 * own; a backend computes them at once or one after the other. {@link #backward} adds to gradients,
 * which are the caller's to guard.
 */
public interface RecurrentKernel extends AutoCloseable {

  /** Says in which direction of time a sequence is read. */
  enum Direction {
    /** From the first step to the last. */
    FORWARD,
    /** From each sequence's own last step to its first. */
    REVERSE
  }

  /** Says what a forward pass is for. */
  enum Mode {
    /** Random masks are drawn, and what {@link #backward} needs is kept. */
    TRAINING,
    /** Random masks are their expectation, and what {@link #backward} needs is kept. */
    EVALUATION,
    /** Random masks are their expectation, and nothing is kept. */
    INFERENCE
  }

  /**
   * What a forward pass reads and writes.
   *
   * @param layout how the rows are packed
   * @param direction the direction of time
   * @param mode what to keep
   * @param seed decides the random masks, together with the caller's index of the sequence, the
   *     step and the unit
   * @param input {@code [N, I]}
   * @param initialStates {@code [B, S]} each, or an empty list for zeros
   * @param parameters in the order and with the shapes of {@code CellProgram.parameters()}; a
   *     vector is {@code [rows, 1]}
   * @param version tells values of the parameters apart: two calls with the same matrices and the
   *     same version have the same values, so that a backend keeps what it made of them
   * @param output {@code [N, O]}, written
   * @param finalStates {@code [B, S]} each, written; of a sequence of length 0 the initial one
   */
  record ForwardCall(
      SequenceLayout layout,
      Direction direction,
      Mode mode,
      long seed,
      Matrix input,
      List<Matrix> initialStates,
      List<Matrix> parameters,
      long version,
      Matrix output,
      List<Matrix> finalStates) {

    public ForwardCall {
      initialStates = List.copyOf(initialStates);
      parameters = List.copyOf(parameters);
      finalStates = List.copyOf(finalStates);
    }

    /** Returns the same call for other values of the parameters. */
    public ForwardCall withVersion(long newVersion) {
      return new ForwardCall(
          layout,
          direction,
          mode,
          seed,
          input,
          initialStates,
          parameters,
          newVersion,
          output,
          finalStates);
    }
  }

  /**
   * What a backward pass reads and writes. The matrices of the forward call must still hold the
   * same values.
   *
   * @param forward the call whose derivative is wanted
   * @param dOutput {@code [N, O]}
   * @param dFinalStates {@code [B, S]} each, or an empty list for zeros
   * @param dInput {@code [N, I]}, written; null where it is not wanted
   * @param dInitialStates {@code [B, S]} each, written, or an empty list where they are not wanted
   * @param dParameters added to
   */
  record BackwardCall(
      ForwardCall forward,
      Matrix dOutput,
      List<Matrix> dFinalStates,
      @Nullable Matrix dInput,
      List<Matrix> dInitialStates,
      List<Matrix> dParameters) {

    public BackwardCall {
      dFinalStates = List.copyOf(dFinalStates);
      dInitialStates = List.copyOf(dInitialStates);
      dParameters = List.copyOf(dParameters);
    }
  }

  /** What a forward pass kept for the backward pass; closing it gives the memory back. */
  interface Trace extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Runs the sequences. Returns what was kept, which the caller closes; in INFERENCE nothing is.
   */
  Trace forward(ForwardCall call);

  /** Runs the derivative of the forward pass that returned {@code trace}. */
  void backward(Trace trace, BackwardCall call);

  /**
   * Frees the working memory that is kept for calls as large as the largest so far; the next ones
   * allocate anew. Does nothing where none is kept.
   */
  default void trim() {}

  @Override
  void close();
}
