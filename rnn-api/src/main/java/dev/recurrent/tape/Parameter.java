package dev.recurrent.tape;

import dev.recurrent.cell.Initializer;
import dev.recurrent.spi.Matrix;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Names a trainable tensor of a model: a matrix {@code [rows, columns]}, or a vector {@code [rows,
 * 1]}. Its value and gradient live in the {@link ParameterStore} of the model and exist from the
 * build on.
 *
 * <p>Any thread may read a value; {@link #set} while others compute with it gives them a {@link
 * java.util.ConcurrentModificationException}.
 */
public final class Parameter {
  private static final int MAX_SIZE = Integer.MAX_VALUE - 8; // what JVMs allow for an array

  private String name; // changes where the parameter's layer becomes a part of another
  private final int rows;
  private final int columns;
  private final Kind kind;
  private final Initializer initializer;
  private @Nullable ParameterStore store;
  private @Nullable Matrix value;
  private @Nullable Matrix gradient;

  /** Says how many dimensions a parameter has in files. */
  enum Kind {
    MATRIX,
    VECTOR
  }

  Parameter(String name, int rows, int columns, Kind kind, Initializer initializer) {
    this.name = name;
    this.rows = rows;
    this.columns = columns;
    this.kind = kind;
    this.initializer = initializer;
    long size = (long) rows * columns;
    if (rows < 0 || columns < 0 || size > MAX_SIZE) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: expected at most %,d numbers, got [%d, %d] = %,d",
              name,
              MAX_SIZE,
              rows,
              columns,
              size));
    }
  }

  /** Returns the name, with the names of the layers it lies in: {@code lstm.weight_input_l0}. */
  public String name() {
    return name;
  }

  /** Returns the number of rows. */
  public int rows() {
    return rows;
  }

  /** Returns the number of columns; 1 for a vector. */
  public int columns() {
    return columns;
  }

  /** Returns the number of elements. */
  public int size() {
    return rows * columns;
  }

  /** Returns the shape: {@code [rows, columns]}, or {@code [rows]} for a vector. */
  public long[] shape() {
    return kind == Kind.VECTOR ? new long[] {rows} : new long[] {rows, columns};
  }

  /** Tells whether this is a vector, such as a bias. */
  public boolean isVector() {
    return kind == Kind.VECTOR;
  }

  /** Returns the value, {@code [rows, columns]}. */
  public Matrix value() {
    return require(value);
  }

  /**
   * Returns the gradient, {@code [rows, columns]}, to which backward passes add.
   *
   * @throws IllegalStateException if the layer is a snapshot, which has none
   */
  public Matrix gradient() {
    if (gradient == null && value != null) {
      throw new IllegalStateException(
          name
              + ": expected a parameter of a model, got one of a snapshot, which has no gradient:"
              + " it is for a tape of inference");
    }
    return require(gradient);
  }

  /** Returns the memory in which the parameter lives. */
  public ParameterStore store() {
    return require(store);
  }

  /** Copies the value from the device, row-major. */
  public float[] toArray() {
    return require(store).read(value());
  }

  /** Copies the gradient from the device, row-major. */
  public float[] gradientToArray() {
    return require(store).read(gradient());
  }

  /**
   * Replaces the value, row-major.
   *
   * @throws IllegalArgumentException if there are not {@code rows * columns} values
   */
  public void set(float[] values) {
    if (values.length != size()) {
      throw new IllegalArgumentException(
          name
              + ": expected [rows="
              + rows
              + ", columns="
              + columns
              + "] = "
              + size()
              + " values, got "
              + values.length);
    }
    require(store).write(value(), values);
  }

  Initializer initializer() {
    return initializer;
  }

  void rename(String newName) {
    name = newName;
  }

  void bind(ParameterStore owner, Matrix itsValue, @Nullable Matrix itsGradient) {
    store = owner;
    value = itsValue;
    gradient = itsGradient;
  }

  @Override
  public String toString() {
    return name + " " + java.util.Arrays.toString(shape());
  }

  private <T> T require(@Nullable T built) {
    if (built == null) {
      throw new IllegalStateException(
          name + ": expected a layer that is built, got none; call build(backend, seed) first");
    }
    return built;
  }
}
