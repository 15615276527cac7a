package dev.recurrent.layer;

import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Holds what a decoder knows between two steps: a row for each sequence that it is writing. At the
 * start row i belongs to the caller's source sequence i; {@link #rows} keeps, repeats and orders
 * rows, as a beam search does. Lives as long as the tensors in it.
 *
 * <p>Belongs to the pass of a tape, and so to its thread.
 */
public final class DecoderState {
  private final List<Tensor> states; // [R, S] each
  private final int[] sequences; // [R], of the source
  private final Sources sources;
  private final @Nullable Tensor fed; // [R, H], what the step before left for this one

  /**
   * Is what is known of the source sequences.
   *
   * @param memory what is attended to
   * @param encoding what is fed at every step, {@code [B, E]}
   */
  record Sources(@Nullable AttentionMemory memory, @Nullable Tensor encoding) {}

  DecoderState(List<Tensor> states, int[] sequences, Sources sources, @Nullable Tensor fed) {
    this.states = List.copyOf(states);
    this.sequences = sequences;
    this.sources = sources;
    this.fed = fed;
  }

  /** Returns the number of rows. */
  public int size() {
    return sequences.length;
  }

  /** Returns the index of the source sequence to which a row belongs. */
  public int source(int row) {
    return sequences[row];
  }

  /** Returns the given rows in the given order; a row may be taken several times. */
  public DecoderState rows(int[] rows) {
    var chosen = Arrays.stream(rows).map(row -> sequences[row]).toArray();
    return map(tensor -> tensor.gatherRows(rows), chosen);
  }

  /** Returns the first rows. */
  DecoderState first(int count) {
    return count == size()
        ? this
        : map(tensor -> tensor.sliceRows(0, count), Arrays.copyOf(sequences, count));
  }

  DecoderState next(List<Tensor> newStates, @Nullable Tensor newFed) {
    return new DecoderState(newStates, sequences, sources, newFed);
  }

  List<Tensor> states() {
    return states;
  }

  int[] sequences() {
    return sequences;
  }

  AttentionMemory memory() {
    return java.util.Objects.requireNonNull(sources.memory);
  }

  Tensor fed() {
    return java.util.Objects.requireNonNull(fed);
  }

  /** Copies what is fed at every step to a tape, {@code [R, E]}. */
  Tensor encodings(Tape tape) {
    var encoding = java.util.Objects.requireNonNull(sources.encoding);
    var rows = tape.indices(sequences);
    var out = tape.tensor(sequences.length, encoding.columns(), null);
    tape.ops().gatherRows(encoding.value(), rows, out.value());
    return tape.record(
        out,
        List.of(encoding),
        () -> tape.ops().scatterAddRows(out.gradient(), rows, encoding.gradientOrZeros()));
  }

  private DecoderState map(UnaryOperator<Tensor> choice, int[] chosen) {
    return new DecoderState(
        states.stream().map(choice).toList(),
        chosen,
        sources,
        fed == null ? null : choice.apply(fed));
  }
}
