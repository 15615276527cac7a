package dev.recurrent.decode;

/**
 * Gives the logits of the next token, step by step, for many sequences at once: what {@link
 * BeamSearch} and {@link Sampling} decode. Each sequence that is being written is a row. At first
 * row i is the start of source i; what a source is (a sentence, an image, a seed text) the model
 * knows. For one decoding only, from the first step on.
 *
 * <p>Used by one thread; several may step at once over the same layers.
 */
public interface StepModel {
  /** Returns the token that each source begins with, {@code [sources]}. */
  int[] startTokens();

  /**
   * Takes a step. Row r of the new rows continues row {@code parents[r]} of those before with the
   * token {@code tokens[r]}. A parent may be continued several times or not at all.
   *
   * @return the logits of the next token, {@code [rows, vocabulary]}; the caller may write to it
   */
  float[] step(int[] parents, int[] tokens);

  /**
   * Returns where each row looked at the last step: its attention's weights for the steps of its
   * source, {@code [rows][source steps]}. Without attention the rows are empty.
   */
  default float[][] attention(int rows) {
    return new float[rows][0];
  }
}
