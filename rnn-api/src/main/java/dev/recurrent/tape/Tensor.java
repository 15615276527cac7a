package dev.recurrent.tape;

import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.SequenceLayout;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds a matrix on the device together with its gradient: what layers take and give. Where it
 * belongs to a batch of sequences its rows are packed steps, and {@link #layout()} says how.
 *
 * <p>A tensor is made by a {@link Tape} and lives until the tape is reset or closed; using it later
 * is an {@link IllegalStateException}. Used by the thread that makes the tape's pass.
 */
public final class Tensor {
  private final Tape tape;
  private final Matrix value;
  private final @Nullable SequenceLayout layout;
  private final long pass;
  private final boolean ofParameter;
  private boolean requiresGradient;
  private boolean retainsGradient;
  private @Nullable Matrix gradient;

  Tensor(Tape tape, Matrix value, @Nullable SequenceLayout layout) {
    this.tape = tape;
    this.value = value;
    this.layout = layout;
    this.pass = tape.pass();
    this.ofParameter = false;
  }

  Tensor(Tape tape, Parameter parameter) {
    this.tape = tape;
    this.value = parameter.value();
    this.layout = null;
    this.pass = tape.pass();
    this.ofParameter = true;
    this.gradient = tape.records() ? parameter.gradient() : null;
    this.requiresGradient = tape.records();
  }

  /** Returns the tape that made this tensor. */
  public Tape tape() {
    return tape;
  }

  /** Returns the values on the device. */
  public Matrix value() {
    if (pass != tape.pass()) {
      throw new IllegalStateException(
          "tensor: expected one of the tape's current pass, got one that a reset has freed");
    }
    return value;
  }

  /** Returns the number of rows. */
  public int rows() {
    return value.rows();
  }

  /** Returns the number of columns. */
  public int columns() {
    return value.columns();
  }

  /** Returns how the rows are packed, or null where they are not the steps of sequences. */
  public @Nullable SequenceLayout layout() {
    return layout;
  }

  /**
   * Returns how the rows are packed.
   *
   * @throws IllegalArgumentException if the rows are not the steps of sequences
   */
  public SequenceLayout sequenceLayout() {
    if (layout == null) {
      throw new IllegalArgumentException(
          "tensor: expected packed sequences, got a plain matrix " + value.shape());
    }
    return layout;
  }

  /** Copies the values from the device, row-major; waits for pending work. */
  public float[] toArray() {
    return tape.read(value());
  }

  /**
   * Returns the only value; waits for pending work.
   *
   * @throws IllegalStateException if there is more than one
   */
  public float item() {
    if (rows() != 1 || columns() != 1) {
      throw new IllegalStateException("item: expected [1, 1], got " + value.shape());
    }
    return toArray()[0];
  }

  /** Copies the values from the device, sequence by sequence in the caller's order. */
  public List<float[][]> unpack() {
    return Sequences.unpack(toArray(), columns(), sequenceLayout());
  }

  /** Keeps the gradient after the backward pass, to be read; others are freed on the way. */
  public Tensor retainGradient() {
    retainsGradient = true;
    return this;
  }

  /** Copies the gradient from the device; zeros where the loss does not depend on this tensor. */
  public float[] gradientToArray() {
    return gradient == null ? new float[rows() * columns()] : tape.read(gradient);
  }

  /** Copies the gradient, sequence by sequence in the caller's order. */
  public List<float[][]> unpackGradient() {
    return Sequences.unpack(gradientToArray(), columns(), sequenceLayout());
  }

  /** Returns the same values as a constant, through which no gradient flows. */
  public Tensor detach() {
    return new Tensor(tape, value(), layout);
  }

  /** Returns the same rows with another meaning: packed as the layout says, or plain with null. */
  public Tensor withLayout(@Nullable SequenceLayout newLayout) {
    if (newLayout != null && newLayout.totalRows() != rows()) {
      throw new IllegalArgumentException(
          "layout: expected one of " + rows() + " rows, got " + newLayout);
    }
    var out = new Tensor(tape, value(), newLayout);
    return tape.record(out, List.of(this), () -> inherit(out));
  }

  /** Adds elementwise. */
  public Tensor plus(Tensor other) {
    return Arithmetic.plus(this, other);
  }

  /** Subtracts elementwise. */
  public Tensor minus(Tensor other) {
    return plus(other.times(-1));
  }

  /** Multiplies elementwise. */
  public Tensor times(Tensor other) {
    return Arithmetic.times(this, other);
  }

  /** Multiplies each element by a number. */
  public Tensor times(double factor) {
    return Arithmetic.scale(this, (float) factor);
  }

  /** Adds a row {@code [1, columns]} or a vector {@code [columns, 1]} to each row. */
  public Tensor plusRow(Tensor row) {
    return Arithmetic.plusRow(this, row);
  }

  /** Multiplies the matrices: {@code [M, K] [K, N]} gives {@code [M, N]}. */
  public Tensor multiply(Tensor other) {
    return Arithmetic.multiply(this, other);
  }

  /** Multiplies by the transpose: {@code [M, K] [N, K]ᵀ} gives {@code [M, N]}. */
  public Tensor multiplyTransposed(Tensor other) {
    return Arithmetic.multiplyTransposed(this, other);
  }

  /** Applies a function to each element. */
  public Tensor apply(UnaryOp function) {
    return Arithmetic.apply(this, function);
  }

  /** Joins the columns of tensors of equally many rows. */
  public Tensor joinColumns(Tensor other) {
    return Arithmetic.joinColumns(this, other);
  }

  /** Puts the rows of another tensor of equally many columns below these. */
  public Tensor joinRows(Tensor other) {
    return Arithmetic.joinRows(this, other);
  }

  /** Returns rows {@code from} to {@code from + count}. */
  public Tensor sliceRows(int from, int count) {
    return Arithmetic.sliceRows(this, from, count);
  }

  /** Returns columns {@code from} to {@code from + count}. */
  public Tensor columns(int from, int count) {
    return Arithmetic.columns(this, from, count);
  }

  /** Returns the given rows in the given order; a negative index gives zeros. */
  public Tensor gatherRows(int[] indices) {
    return Arithmetic.gatherRows(this, indices);
  }

  /**
   * Repeats row i at every step of the caller's sequence i: one vector for a whole sequence, {@code
   * [B, N]} gives {@code [rows, N]} packed as the layout says.
   */
  public Tensor repeat(SequenceLayout over) {
    return Arithmetic.repeat(this, over);
  }

  /** Returns the sum of all elements, {@code [1, 1]}. */
  public Tensor sum() {
    return Arithmetic.sum(this);
  }

  /** Returns the mean of all elements, {@code [1, 1]}. */
  public Tensor mean() {
    return sum().times(1.0 / Math.max(1, (double) rows() * columns()));
  }

  // For the authors of layers.

  /** Tells whether a backward pass has to compute the gradient of this tensor. */
  public boolean requiresGradient() {
    return requiresGradient;
  }

  /** Returns the gradient within a backward pass; only an output of an operation surely has one. */
  public Matrix gradient() {
    if (gradient == null) {
      throw new IllegalStateException("gradient: expected one, got none");
    }
    return gradient;
  }

  /** Returns the gradient, made of zeros if nothing has been added to it. */
  public Matrix gradientOrZeros() {
    if (gradient == null) {
      gradient = tape.lend(rows(), columns());
      tape.ops().fill(gradient, 0);
    }
    return gradient;
  }

  /** Tells whether something has been added to the gradient. */
  public boolean hasGradient() {
    return gradient != null;
  }

  /** Writes one term of a gradient, on top of {@code beta} times what is there. */
  @FunctionalInterface
  public interface GradientTerm {
    /** Computes {@code gradient = term + beta gradient}. */
    void addTo(Matrix gradient, float beta);
  }

  /** Adds a term to the gradient by an operation that can add; passed over if not required. */
  public void accumulate(GradientTerm term) {
    if (!requiresGradient) {
      return;
    }
    if (gradient == null) {
      gradient = tape.lend(rows(), columns());
      term.addTo(gradient, 0);
    } else {
      term.addTo(gradient, 1);
    }
  }

  /** Adds a term to the gradient by an operation that writes it; passed over if not required. */
  public void contribute(Consumer<Matrix> term) {
    accumulate(
        (target, beta) -> {
          if (beta == 0) {
            term.accept(target);
          } else {
            var part = tape.temporary(rows(), columns());
            term.accept(part);
            tape.ops().addScaled(1, part, target);
            tape.release(part);
          }
        });
  }

  /**
   * Adds the gradient of an operation's output, which must be the last use of it: where it is the
   * first term, the output gives its own away, and nothing is copied.
   */
  void inherit(Tensor output) {
    if (requiresGradient && gradient == null && !output.retainsGradient) {
      gradient = output.gradient();
      output.gradient = null;
    } else {
      contribute(d -> tape.ops().copy(output.gradient(), d));
    }
  }

  void require() {
    requiresGradient = true;
  }

  void seed(float number) {
    gradient = tape.lend(rows(), columns());
    tape.ops().fill(gradient, number);
  }

  /** Frees the gradient of an intermediate value, for which the backward pass is done. */
  void dropGradient() {
    if (gradient != null && !retainsGradient && !ofParameter) {
      tape.takeBack(gradient);
      gradient = null;
    }
  }

  @Override
  public String toString() {
    return "Tensor" + value.shape() + (layout == null ? "" : " of " + layout);
  }
}
