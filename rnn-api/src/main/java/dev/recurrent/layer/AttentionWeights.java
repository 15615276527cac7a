package dev.recurrent.layer;

import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.tape.Tape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Holds the weights that attention gave to the steps of the source, for each query; each row sums
 * to 1. Lives as long as the pass of the tape that made it; the arrays it returns are the caller's.
 *
 * <p>Belongs to the pass of a tape, and so to its thread.
 */
public final class AttentionWeights {
  private final @Nullable SequenceLayout layout;
  private final List<Part> parts;

  private record Part(Tape tape, AttentionGroups groups, Matrix weights) {}

  private AttentionWeights(@Nullable SequenceLayout layout, List<Part> parts) {
    this.layout = layout;
    this.parts = List.copyOf(parts);
  }

  /** Holds the weights of one attention: a value for each pair, {@code [M, 1]}. */
  static AttentionWeights of(
      @Nullable SequenceLayout layout, Tape tape, AttentionGroups groups, Matrix weights) {
    return new AttentionWeights(layout, List.of(new Part(tape, groups, weights)));
  }

  /** Puts the weights of all steps together. */
  static AttentionWeights ofSteps(SequenceLayout layout, List<AttentionWeights> steps) {
    return new AttentionWeights(layout, steps.stream().flatMap(s -> s.parts.stream()).toList());
  }

  /**
   * Copies the weights from the device: a row for each query, of as many weights as its source
   * sequence has steps; waits for pending work.
   */
  public float[][] rows() {
    var rows = new ArrayList<float[]>();
    for (var part : parts) {
      rows.addAll(Arrays.asList(part.groups.rows(part.tape.read(part.weights))));
    }
    return rows.toArray(float[][]::new);
  }

  /**
   * Copies the weights from the device: for each of the caller's sequences a matrix {@code [target
   * steps, source steps]}.
   *
   * @throws IllegalStateException if the queries were not packed sequences
   */
  public List<float[][]> unpack() {
    if (layout == null) {
      throw new IllegalStateException(
          "weights: expected those of packed sequences, got those of single rows");
    }
    var rows = rows();
    var matrices = new float[layout.batch()][][];
    for (int i = 0; i < matrices.length; i++) {
      var matrix = new float[layout.sortedLength(i)][];
      for (int t = 0; t < matrix.length; t++) {
        matrix[t] = rows[layout.rowStart(t) + i];
      }
      matrices[layout.originalIndex(i)] = matrix;
    }
    return List.of(matrices);
  }
}
