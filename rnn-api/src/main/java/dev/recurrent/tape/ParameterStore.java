package dev.recurrent.tape;

import dev.recurrent.cell.Initializer;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RandomBits;
import dev.recurrent.spi.Storage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Owns the values and gradients of all parameters of a model, each in one block of memory, so that
 * an optimizer's step, clipping and a checkpoint are one operation for the whole model.
 */
public final class ParameterStore implements AutoCloseable {
  /** In elements: 64 bytes, a cache line and the widest vector. */
  private static final int ALIGNMENT = 16;

  private final Backend backend;
  private final List<Parameter> parameters;
  private final Storage valueStorage;
  private final Storage gradientStorage;
  private final int size;
  private long version;

  private ParameterStore(Backend backend, List<Declared> declared, long seed) {
    this.backend = backend;
    parameters = declared.stream().map(Declared::parameter).toList();
    int end = 0;
    for (var parameter : parameters) {
      end = Math.addExact(end, aligned(parameter.size()));
    }
    size = Math.max(end, ALIGNMENT);
    valueStorage = backend.memory().allocate(DataType.FLOAT32, size);
    gradientStorage = backend.memory().allocate(DataType.FLOAT32, size);
    int offset = 0;
    for (var one : declared) {
      var parameter = one.parameter;
      parameter.bind(
          this, view(valueStorage, parameter, offset), view(gradientStorage, parameter, offset));
      parameter.rename(one.name);
      offset += aligned(parameter.size());
    }
    declared.forEach(one -> initialize(one, seed));
  }

  /**
   * Names columns of {@link #values()} and {@link #gradients()} that belong to neighbouring
   * parameters.
   */
  public record Range(int from, int count) {
    /** Views these columns of the values, the gradients, or a row of moments. */
    public Matrix of(Matrix row) {
      return row.columns(from, count);
    }
  }

  /** Is a parameter as a builder knows it; without values those are drawn. */
  private record Declared(String name, Parameter parameter, float @Nullable [] values) {}

  /** Collects the parameters of a model while its layers declare them. */
  public static final class Builder {
    private final Map<String, Declared> parameters = new LinkedHashMap<>();

    /** Starts with none. */
    public Builder() {}

    /**
     * Declares a matrix {@code [rows, columns]}.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Parameter matrix(String name, int rows, int columns, Initializer initializer) {
      return add(new Parameter(name, rows, columns, Parameter.Kind.MATRIX, initializer), null);
    }

    /**
     * Declares a vector {@code [size, 1]}.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Parameter vector(String name, int size, Initializer initializer) {
      return add(new Parameter(name, size, 1, Parameter.Kind.VECTOR, initializer), null);
    }

    /**
     * Takes a parameter of another store over, with its values and under another name; it belongs
     * to the new store as soon as that is built.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public void adopt(String name, Parameter parameter) {
      add(name, parameter, parameter.toArray());
    }

    private Parameter add(Parameter parameter, float @Nullable [] values) {
      return add(parameter.name(), parameter, values);
    }

    private Parameter add(String name, Parameter parameter, float @Nullable [] values) {
      if (parameters.putIfAbsent(name, new Declared(name, parameter, values)) != null) {
        throw new IllegalArgumentException(
            "parameter: expected a name that is not taken, got " + name);
      }
      return parameter;
    }

    /** Allocates all parameters and draws their first values, each from the seed and its name. */
    public ParameterStore build(Backend backend, long seed) {
      return new ParameterStore(backend, List.copyOf(parameters.values()), seed);
    }
  }

  /** Returns the backend on which the parameters live. */
  public Backend backend() {
    return backend;
  }

  /** Returns all parameters in the order of declaration. */
  public List<Parameter> parameters() {
    return parameters;
  }

  /** Returns all values as one row; the few elements between parameters mean nothing. */
  public Matrix values() {
    return Matrix.of(valueStorage, 1, size);
  }

  /** Returns all gradients as one row; the elements between parameters are 0. */
  public Matrix gradients() {
    return Matrix.of(gradientStorage, 1, size);
  }

  /** Returns where the chosen parameters lie, neighbours together. */
  public List<Range> ranges(Predicate<Parameter> chosen) {
    var ranges = new ArrayList<Range>();
    int offset = 0;
    for (var parameter : parameters) {
      int count = aligned(parameter.size());
      if (chosen.test(parameter)) {
        boolean follows =
            !ranges.isEmpty() && ranges.getLast().from() + ranges.getLast().count() == offset;
        ranges.add(
            follows
                ? new Range(ranges.getLast().from(), ranges.removeLast().count() + count)
                : new Range(offset, count));
      }
      offset += count;
    }
    return List.copyOf(ranges);
  }

  /** Sets all gradients to 0. */
  public void clearGradients() {
    backend.ops().fill(gradients(), 0);
  }

  /** Returns a number that grows whenever values change. */
  public long version() {
    return version;
  }

  /** Says that values have changed, so that kernels pack them anew. */
  public void changed() {
    version++;
  }

  float[] read(Matrix matrix) {
    var values = new float[matrix.rows() * matrix.columns()];
    backend.memory().read(matrix.storage(), matrix.offset(), values, 0, values.length);
    return values;
  }

  void write(Matrix matrix, float[] values) {
    backend.memory().write(matrix.storage(), matrix.offset(), values, 0, values.length);
    changed();
  }

  private void initialize(Declared one, long seed) {
    var parameter = one.parameter;
    var values = one.values;
    if (values == null) {
      values = new float[parameter.size()];
      var random = new SplittableRandom(RandomBits.mix(seed, parameter.name().hashCode()));
      parameter.initializer().fill(values, 0, parameter.rows(), parameter.columns(), random);
    }
    write(parameter.value(), values);
  }

  private static Matrix view(Storage storage, Parameter parameter, int offset) {
    int columns = parameter.columns();
    return new Matrix(storage, offset, parameter.rows(), columns, columns, Matrix.Order.NORMAL);
  }

  private static int aligned(int elements) {
    return Math.multiplyExact(Math.ceilDiv(elements, ALIGNMENT), ALIGNMENT);
  }

  @Override
  public void close() {
    valueStorage.close();
    gradientStorage.close();
  }
}
