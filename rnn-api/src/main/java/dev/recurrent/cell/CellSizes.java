package dev.recurrent.cell;

/**
 * Fixes the sizes for which a cell is compiled.
 *
 * @param input the number of input features, I
 * @param hidden the hidden size, H
 * @param bias whether linears have a bias
 */
public record CellSizes(int input, int hidden, Bias bias) {

  /** Says whether linears have a bias. */
  public enum Bias {
    /** {@code linear} adds a bias. */
    WITH,
    /** {@code linear} adds none. */
    WITHOUT
  }

  public CellSizes {
    requirePositive("input", input);
    requirePositive("hidden", hidden);
  }

  /** Returns sizes with bias. */
  public static CellSizes of(int input, int hidden) {
    return new CellSizes(input, hidden, Bias.WITH);
  }

  private static void requirePositive(String name, int size) {
    if (size < 1) {
      throw new IllegalArgumentException(name + ": expected a size of at least 1, got " + size);
    }
  }
}
