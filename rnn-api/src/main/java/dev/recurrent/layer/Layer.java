package dev.recurrent.layer;

import dev.recurrent.cell.Initializer;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.ParameterStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Holds parameters and computes with them. A layer is made from its sizes, then built: alone or as
 * part of a {@link Model}. Building allocates its parameters on a backend; closing the layer that
 * was built frees them all.
 *
 * <p>A layer of your own extends this class: it declares its parameters in {@link #declare} and
 * computes with {@link dev.recurrent.tape.Tensor}s in a method of its own.
 */
public abstract class Layer implements AutoCloseable {
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private @Nullable ParameterStore store;
  private String path = "";
  private boolean ownsStore;

  /** Creates a layer that is not built yet. */
  protected Layer() {}

  /** Takes the declarations of a layer's parameters. */
  @FunctionalInterface
  protected interface Declaration {
    /** Declares a matrix {@code [rows, columns]}, or a vector where {@code columns} is 1. */
    Parameter parameter(String name, int rows, int columns, Initializer initializer);
  }

  /** Declares the layer's own parameters; called once, when the layer is built. */
  protected abstract void declare(Declaration declaration);

  /** Returns the layers inside this one by name. */
  protected Map<String, Layer> children() {
    return Map.of();
  }

  /** Describes the layer for a model file, such as {@code cell} and {@code hidden}. */
  protected Map<String, String> configuration() {
    return Map.of();
  }

  /** Returns the shapes of the layer's own tensors in a model file, by name. */
  protected Map<String, long[]> fileShapes() {
    var shapes = new LinkedHashMap<String, long[]>();
    parameters.forEach(
        (name, p) ->
            shapes.put(
                name,
                p.columns() == 1 ? new long[] {p.rows()} : new long[] {p.rows(), p.columns()}));
    return shapes;
  }

  /**
   * Returns the values of the layer's own tensors for a model file, with the keys of the shapes.
   */
  protected Map<String, float[]> fileValues() {
    var values = new LinkedHashMap<String, float[]>();
    parameters.forEach((name, parameter) -> values.put(name, parameter.toArray()));
    return values;
  }

  /** Takes the values of a model file, whose names and shapes have been checked. */
  protected void setFileValues(Map<String, float[]> values) {
    parameters.forEach(
        (name, parameter) -> parameter.set(java.util.Objects.requireNonNull(values.get(name))));
  }

  /**
   * Allocates the parameters of this layer and those inside it, and draws their first values.
   *
   * @param seed decides the values; each parameter draws from the seed and its own name
   * @throws IllegalStateException if the layer is built already
   */
  public Layer build(Backend backend, long seed) {
    requireNotBuilt();
    var builder = new ParameterStore.Builder();
    declareAt("", builder);
    bind(builder.build(backend, seed));
    ownsStore = true;
    return this;
  }

  /** Tells whether the layer is built. */
  public final boolean isBuilt() {
    return store != null;
  }

  /** Returns the backend for which the layer is built. */
  public final Backend backend() {
    return store().backend();
  }

  /** Returns the memory of all parameters of the model to which this layer belongs. */
  public final ParameterStore store() {
    if (store == null) {
      throw new IllegalStateException(
          describe() + ": expected a layer that is built; call build(backend, seed) first");
    }
    return store;
  }

  /**
   * Returns the name within the model, such as {@code encoder.lstm}; empty for the model itself.
   */
  public final String path() {
    return path;
  }

  /** Returns the layer's own parameters by name. */
  protected final Map<String, Parameter> ownParameters() {
    return java.util.Collections.unmodifiableMap(parameters);
  }

  /** Returns the parameters of this layer and those inside it. */
  public final List<Parameter> parameters() {
    String prefix = path.isEmpty() ? "" : path + ".";
    return store().parameters().stream().filter(p -> p.name().startsWith(prefix)).toList();
  }

  /** Returns the number of trainable numbers. */
  public final long parameterCount() {
    return parameters().stream().mapToLong(Parameter::size).sum();
  }

  /** Refuses a change of a layer's configuration after it was built. */
  protected final void requireNotBuilt() {
    if (store != null) {
      throw new IllegalStateException(
          describe() + ": expected a layer that is not built yet, got one that is");
    }
  }

  /** Called after the parameters were allocated. */
  protected void built() {}

  /** Names the layer in messages. */
  final String describe() {
    return path.isEmpty() ? getClass().getSimpleName() : path;
  }

  static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  private void declareAt(String itsPath, ParameterStore.Builder builder) {
    path = itsPath;
    declare(
        (name, rows, columns, initializer) -> {
          var parameter = builder.add(join(itsPath, name), rows, columns, initializer);
          parameters.put(name, parameter);
          return parameter;
        });
    children().forEach((name, layer) -> layer.declareAt(join(itsPath, name), builder));
  }

  private void bind(ParameterStore itsStore) {
    store = itsStore;
    children().values().forEach(layer -> layer.bind(itsStore));
    built();
  }

  /** Visits this layer and all inside it. */
  final void forEachLayer(java.util.function.Consumer<Layer> visitor) {
    visitor.accept(this);
    children().values().forEach(layer -> layer.forEachLayer(visitor));
  }

  /** Frees what {@link #build} allocated; does nothing for a layer inside a model. */
  @Override
  public void close() {
    if (ownsStore && store != null) {
      forEachLayer(Layer::release);
      store.close();
      ownsStore = false;
    }
  }

  /** Frees what the layer holds besides its parameters, such as kernels. */
  protected void release() {}

  @Override
  public String toString() {
    return getClass().getSimpleName() + new TreeMap<>(configuration());
  }
}
