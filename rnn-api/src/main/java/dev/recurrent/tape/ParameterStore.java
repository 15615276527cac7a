package dev.recurrent.tape;

import dev.recurrent.cell.Initializer;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RandomBits;
import dev.recurrent.spi.Storage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;

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

  private ParameterStore(Backend backend, List<Parameter> parameters) {
    this.backend = backend;
    this.parameters = List.copyOf(parameters);
    size = Math.max(totalSize(parameters), ALIGNMENT);
    valueStorage = allocate();
    gradientStorage = allocate();
    int offset = 0;
    for (var parameter : parameters) {
      parameter.bind(
          this, view(valueStorage, parameter, offset), view(gradientStorage, parameter, offset));
      offset += aligned(parameter.size());
    }
  }

  private static int totalSize(List<Parameter> parameters) {
    long end = 0;
    for (var parameter : parameters) {
      end += Math.ceilDiv((long) parameter.size(), ALIGNMENT) * ALIGNMENT;
    }
    if (end > Integer.MAX_VALUE - ALIGNMENT) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "parameters: expected at most %,d numbers in all, got %,d, most of them in %s",
              Integer.MAX_VALUE - ALIGNMENT,
              end,
              largest(parameters)));
    }
    return (int) end;
  }

  private Storage allocate() {
    try {
      return backend.memory().allocate(DataType.FLOAT32, size);
    } catch (OutOfMemoryError e) { // of one large array: the virtual machine is as it was
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "parameters: expected room for %,d MB, the values and gradients of %,d numbers, most"
                  + " of them in %s; got a heap of at most %,d MB (-Xmx raises it)",
              2L * Float.BYTES * size >> 20,
              size,
              largest(parameters),
              Runtime.getRuntime().maxMemory() >> 20),
          e);
    }
  }

  private static Parameter largest(List<Parameter> parameters) {
    return Collections.max(parameters, Comparator.comparingInt(Parameter::size));
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

  /** Collects the parameters of a model while its layers declare them. */
  public static final class Builder {
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final int countLimit;
    private final long sizeLimit;
    private long size;

    /** Starts with none. */
    public Builder() {
      this(Integer.MAX_VALUE, Long.MAX_VALUE);
    }

    /**
     * Starts with none, and refuses more than there can be.
     *
     * @param countLimit how many parameters there may be
     * @param sizeLimit how many numbers they may have in all
     */
    public Builder(int countLimit, long sizeLimit) {
      this.countLimit = countLimit;
      this.sizeLimit = sizeLimit;
    }

    /**
     * Declares a matrix {@code [rows, columns]}.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Parameter matrix(String name, int rows, int columns, Initializer initializer) {
      return add(new Parameter(name, rows, columns, Parameter.Kind.MATRIX, initializer));
    }

    /**
     * Declares a vector {@code [size, 1]}.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Parameter vector(String name, int size, Initializer initializer) {
      return add(new Parameter(name, size, 1, Parameter.Kind.VECTOR, initializer));
    }

    private Parameter add(Parameter parameter) {
      if (parameters.putIfAbsent(parameter.name(), parameter) != null) {
        throw new IllegalArgumentException(
            "parameter: expected a name that is not taken, got " + parameter.name());
      }
      size += parameter.size();
      if (parameters.size() > countLimit || size > sizeLimit) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "parameters: expected at most %d with %,d numbers in all, got more with %s",
                countLimit,
                sizeLimit,
                parameter));
      }
      return parameter;
    }

    /**
     * Allocates all parameters and draws their first values, each from the seed and its name.
     *
     * @throws IllegalStateException if there is no room for them
     */
    public ParameterStore build(Backend backend, long seed) {
      var store = build(backend);
      store.initialize(seed);
      return store;
    }

    /**
     * Allocates all parameters, whose values are 0 until they are set.
     *
     * @throws IllegalStateException if there is no room for them
     */
    public ParameterStore build(Backend backend) {
      return new ParameterStore(backend, List.copyOf(parameters.values()));
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

  private void initialize(long seed) {
    for (var parameter : parameters) {
      var values = new float[parameter.size()];
      var random = new SplittableRandom(RandomBits.mix(seed, parameter.name().hashCode()));
      parameter.initializer().fill(values, 0, parameter.rows(), parameter.columns(), random);
      write(parameter.value(), values);
    }
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
