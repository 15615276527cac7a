package dev.recurrent.spi;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;

/**
 * Offers the primitive operations of a backend. Shapes are validated above; an implementation may
 * rely on them. An output may be the same matrix as an input of an elementwise operation, but may
 * not overlap an operand otherwise. Matrices of row indices are INT32 {@code [n, 1]}.
 *
 * <p>Thread-safe: threads may compute at once where none writes what another reads or writes.
 */
public interface TensorOps {
  /**
   * Computes {@code c = a b + beta c} with a {@code [M, K]}, b {@code [K, N]}, c {@code [M, N]}.
   * With beta 0, c is only written: what it held before, NaN too, has no effect. With K = 0, c =
   * beta c.
   */
  void multiply(Matrix a, Matrix b, Matrix c, float beta);

  /** Applies a function to each element: a, out {@code [M, N]}. */
  void unary(UnaryOp op, Matrix a, Matrix out);

  /**
   * Applies a function to each pair of elements: a, out {@code [M, N]}; b {@code [M, N]}, or a row
   * {@code [1, N]}, a column {@code [M, 1]} or a number {@code [1, 1]}, which are repeated.
   */
  void binary(BinaryOp op, Matrix a, Matrix b, Matrix out);

  /** Computes {@code out = scale a + shift}: a, out {@code [M, N]}. */
  void affine(Matrix a, float scale, float shift, Matrix out);

  /** Computes {@code y += alpha x}: x, y {@code [M, N]}. */
  void addScaled(float alpha, Matrix x, Matrix y);

  /** Copies a {@code [M, N]} to out {@code [M, N]}; either type. */
  void copy(Matrix a, Matrix out);

  /** Writes one number everywhere; out {@code [M, N]} of FLOAT32. */
  void fill(Matrix out, float value);

  /**
   * Sums over the rows: a {@code [M, N]}, {@code out = column sums + beta out}, {@code [1, N]}.
   * With beta 0, out is only written.
   */
  void sumRows(Matrix a, Matrix out, float beta);

  /** Sums over the columns: a {@code [M, N]}, {@code out = row sums}, {@code [M, 1]}. */
  void sumColumns(Matrix a, Matrix out);

  /**
   * Adds the sum of the squares of all elements to out {@code [1, 1]}, summed so that values of the
   * size of 1e18 do not overflow where their sum of squares does not.
   */
  void addSumOfSquares(Matrix a, Matrix out);

  /** Copies rows: {@code out[r] = table[rows[r]]}; a negative index gives a row of zeros. */
  void gatherRows(Matrix table, Matrix rows, Matrix out);

  /**
   * Adds rows: {@code table[rows[r]] += a[r]} in the order of r, whatever the number of threads; a
   * negative index is passed over.
   */
  void scatterAddRows(Matrix a, Matrix rows, Matrix table);

  /** Computes softmax cross entropy and its derivative for each row. */
  void softmaxCrossEntropy(CrossEntropyCall call);

  /** Computes the softmax of each row: a, out {@code [M, N]}. */
  void softmax(Matrix a, Matrix out);

  /**
   * Draws a keep-mask, {@code [M, N]}: element (r, c) is {@code value} with probability {@code
   * keep}, otherwise 0, as {@link RandomBits#keeps} decides for row {@code r} and unit {@code c}.
   */
  void keepMask(long seed, float keep, float value, Matrix out);

  /**
   * Draws a keep-mask as {@link #keepMask(long, float, float, Matrix)} does, but for rows that have
   * a number of their own, such as the caller's index of a sequence.
   *
   * @param rows INT32 {@code [M, 1]}: the number that stands for row r in {@link RandomBits#rowKey}
   */
  void keepMask(MaskDraw draw, Matrix rows, Matrix out);

  /**
   * Describes the draw of a keep-mask.
   *
   * @param seed decides the draw
   * @param keep the probability of {@code value}
   * @param value what a kept element is
   */
  record MaskDraw(long seed, float keep, float value) {}

  /**
   * What {@link #softmaxCrossEntropy} reads and writes.
   *
   * @param logits {@code [M, V]}
   * @param targets INT32 {@code [M, 1]}; a negative target has loss 0 and no gradient
   * @param labelSmoothing the share of the target that is spread over all V classes
   * @param scale multiplies the derivative
   * @param losses {@code [M, 1]}, written, in nats, not scaled
   * @param dLogits {@code [M, V]}, written: (softmax minus smoothed target) times scale; may be
   *     {@code logits}
   */
  record CrossEntropyCall(
      Matrix logits,
      Matrix targets,
      float labelSmoothing,
      float scale,
      Matrix losses,
      Matrix dLogits) {}
}
