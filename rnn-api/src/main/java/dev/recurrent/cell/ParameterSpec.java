package dev.recurrent.cell;

import java.util.List;

/**
 * Describes one trainable tensor of a cell: a weight {@code [rows, columns]}, or a vector {@code
 * [rows]} whose {@code columns} is 1.
 *
 * <p>All products with the same operand share one weight; each of them owns a {@link Slice} of its
 * rows, in the order of definition, which for the LSTM and the GRU is PyTorch's order too. All
 * biases share one vector in the same way.
 *
 * @param name {@code weight_input}, {@code weight_h} for state h, {@code weight_<linear>_inner} for
 *     the first intermediate value that the linear reads and no other before it, {@code
 *     weight_<linear>_inner_2} for the next, {@code bias}, or the name of a vector
 * @param operand for a weight, the index of the forward instruction that it multiplies; otherwise
 *     -1
 */
public record ParameterSpec(
    String name, Kind kind, int rows, int columns, int operand, List<Slice> slices) {

  /** What a parameter is used for. */
  public enum Kind {
    /** Multiplies the input; its product is taken for all steps at once. */
    INPUT_WEIGHT,
    /** Multiplies a state: one product a step. */
    STATE_WEIGHT,
    /** Multiplies a value computed within the step. */
    INNER_WEIGHT,
    /** Is added to the result of the linears. */
    BIAS,
    /** Any other vector. */
    VECTOR
  }

  /** A named range of rows with its initial values. */
  public record Slice(String name, int offset, int rows, Initializer initializer) {}

  public ParameterSpec {
    slices = List.copyOf(slices);
  }

  /** Tells whether this is a weight, that is a matrix. */
  public boolean isWeight() {
    return kind == Kind.INPUT_WEIGHT || kind == Kind.STATE_WEIGHT || kind == Kind.INNER_WEIGHT;
  }

  /** Returns the number of elements. */
  public int size() {
    return Math.multiplyExact(rows, columns);
  }

  /** Returns the slice of the given name, or throws. */
  public Slice slice(String sliceName) {
    return slices.stream()
        .filter(slice -> slice.name().equals(sliceName))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    name
                        + ": expected a slice out of "
                        + slices.stream().map(Slice::name).toList()
                        + ", got "
                        + sliceName));
  }
}
