package dev.recurrent.layer;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Initializer;
import dev.recurrent.io.SafeTensors;
import dev.recurrent.io.SafeTensorsException;
import dev.recurrent.io.TensorData;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.ParameterStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds parameters and computes with them. A layer is made from its sizes, then built: alone or as
 * part of a {@link Model}. Building allocates its parameters on a backend; closing the layer that
 * was built frees them all.
 *
 * <p>A layer of your own extends this class: it declares its parameters in {@link #declare} and
 * computes with {@link dev.recurrent.tape.Tensor}s in a method of its own.
 *
 * <p>Making, building and closing a layer are for one thread. Once it is built, any number of
 * threads may compute with it at once, each with a tape of its own. Its parameters may change only
 * while nobody else computes with them: one thread trains, loads or sets them, and for inference
 * beside that there is {@link #snapshot}. What overlaps all the same throws an exception that says
 * so.
 */
public abstract class Layer implements AutoCloseable {
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private @Nullable ParameterStore store;
  private String path = "";
  private boolean ownsStore;

  /** Creates a layer that is not built yet. */
  protected Layer() {}

  /** Takes the declarations of a layer's parameters. */
  protected static final class Declaration {
    private final Layer layer;
    private final ParameterStore.Builder builder;

    private Declaration(Layer layer, ParameterStore.Builder builder) {
      this.layer = layer;
      this.builder = builder;
    }

    /** Declares a matrix {@code [rows, columns]}. */
    public Parameter matrix(String name, int rows, int columns, Initializer initializer) {
      return keep(name, builder.matrix(join(layer.path, name), rows, columns, initializer));
    }

    /** Declares a vector {@code [size, 1]}. */
    public Parameter vector(String name, int size, Initializer initializer) {
      return keep(name, builder.vector(join(layer.path, name), size, initializer));
    }

    private Parameter keep(String name, Parameter parameter) {
      layer.parameters.put(name, parameter);
      return parameter;
    }
  }

  /** Declares the layer's own parameters; called once, when the layer is first built. */
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
    parameters.forEach((name, parameter) -> shapes.put(name, parameter.shape()));
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
   * <p>A layer inside this one that was built alone before, and perhaps trained or loaded, keeps
   * its values and becomes a part of this one: its parameters move, closing this layer frees them,
   * and what worked on the layer where it was, such as a stepper or an updater, is not to be used
   * again.
   *
   * <pre>{@code
   * encoder.build(backend, 1);
   * encoder.load(file);
   * var model = new Classifier(encoder);      // add("encoder", encoder)
   * model.build(backend, 2);                  // draws the values of the other layers only
   * Training.of(model).freeze(encoder);       // or without freeze, to train it further
   * }</pre>
   *
   * @param seed decides the values; each parameter draws from the seed and its own name
   * @throws IllegalStateException if the layer is built already, or if one inside belongs to
   *     another model or stands in two places
   */
  public Layer build(Backend backend, long seed) {
    build(new Building(new ParameterStore.Builder()), builder -> builder.build(backend, seed));
    return this;
  }

  private void build(
      Building building, Function<ParameterStore.Builder, ParameterStore> allocation) {
    requireNotBuilt();
    declareAt("", building);
    var built = allocation.apply(building.parameters);
    var left = building.reused.keySet().stream().map(Layer::store).toList();
    building.reused.forEach(Layer::moveTo);
    bind(built, building);
    left.forEach(ParameterStore::close);
    ownsStore = true;
  }

  /**
   * Allocates the parameters without drawing first values: they are 0 until they are loaded, as by
   * {@link dev.recurrent.train.Training#resumeFrom}.
   *
   * @throws IllegalStateException if the layer is built already
   */
  public final void buildForLoading(Backend backend) {
    buildForLoading(backend, new ParameterStore.Builder());
  }

  /**
   * Allocates the parameters and takes their values from a file, as {@link #load(SafeTensors,
   * String)} does; no first values are drawn. What the sizes of the layers ask for is compared with
   * what the file holds before memory is taken.
   *
   * @param prefix with which the names of the tensors start; empty for a whole model
   * @throws dev.recurrent.io.SafeTensorsException if the file does not fit the layers
   * @throws IllegalStateException if the layer is built already
   */
  public final void buildFrom(Backend backend, SafeTensors file, String prefix) throws IOException {
    requireNotBuilt();
    try {
      buildForLoading(backend, ModelFile.room(file, prefix));
    } catch (IllegalArgumentException e) {
      var failure =
          new SafeTensorsException(
              file.file(), "model", "sizes that its tensors have", String.valueOf(e.getMessage()));
      failure.initCause(e);
      throw failure;
    }
    try {
      load(file, prefix);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void buildForLoading(Backend backend, ParameterStore.Builder builder) {
    build(new Building(builder), it -> it.build(backend));
  }

  /** Is what a build has found so far. */
  private static final class Building {
    private final ParameterStore.Builder parameters;
    private final Set<Layer> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final IdentityHashMap<Layer, String> reused =
        new IdentityHashMap<>(); // with their new paths

    Building(ParameterStore.Builder parameters) {
      this.parameters = parameters;
    }

    void requireNoneReused() {
      if (!reused.isEmpty()) {
        throw new IllegalArgumentException(
            "snapshot: expected layers that are not built, got "
                + reused.values().iterator().next()
                + ", which is");
      }
    }
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

  /** Tells whether this layer is of a kind, or one of those inside it. */
  public final boolean holds(Class<? extends Layer> kind) {
    return kind.isInstance(this)
        || children().values().stream().anyMatch(layer -> layer.holds(kind));
  }

  /**
   * Sets the gradients of all parameters of this layer and those inside it to 0, before those of
   * the next update are added: {@link dev.recurrent.tape.Tape#backward} adds to what is there.
   */
  public final void clearGradients() {
    if (path.isEmpty()) {
      store().clearGradients();
      return;
    }
    store().clearGradients(Set.copyOf(parameters())::contains);
  }

  /** Refuses a change of a layer's configuration after it was built. */
  protected final void requireNotBuilt() {
    if (store != null) {
      throw new IllegalStateException(
          describe() + ": expected a layer that is not built yet, got one that is");
    }
  }

  /**
   * Saves the values of all parameters, see {@link #save(Path, Map)}, with no metadata of the
   * application.
   */
  public final void save(Path file) throws IOException {
    save(file, Map.of());
  }

  /**
   * Saves the values of all parameters as a safetensors file, replaced atomically: with PyTorch's
   * names and layouts for what PyTorch has, so that {@code load_state_dict} takes it. The metadata
   * hold the configuration of every layer, and what the application adds, such as a vocabulary.
   *
   * @throws IllegalArgumentException if a key of the metadata starts with {@code recurrent.}
   */
  public final void save(Path file, Map<String, String> metadata) throws IOException {
    SafeTensors.writeChecked(file, ModelFile.tensors(this), ModelFile.metadata(this, metadata));
  }

  /**
   * Loads the values of all parameters from a file that {@link #save} or PyTorch wrote.
   *
   * @throws dev.recurrent.io.SafeTensorsException if a tensor is missing, too many, of another
   *     shape, or holds a number that is not finite, or a layer was configured otherwise; nothing
   *     is changed then
   */
  public final void load(Path file) throws IOException {
    load(SafeTensors.read(file), "");
  }

  /** Loads the values of all parameters from the tensors whose names start with a prefix. */
  public final void load(SafeTensors file, String prefix) throws IOException {
    ModelFile.load(this, file, prefix);
  }

  /**
   * Takes over the values of all parameters of another layer, of this or another model.
   *
   * @throws IllegalArgumentException if it is of another kind, or its sizes are others; nothing is
   *     changed then
   */
  public final void copyFrom(Layer other) {
    ModelFile.requireSame("copyFrom", this, other);
    requireSameParameters("copyFrom", relativeParameters(), other.relativeParameters());
    var values = other.parameters().stream().map(Parameter::toArray).toList();
    store()
        .change(
            () -> {
              var to = parameters();
              for (int i = 0; i < to.size(); i++) {
                to.get(i).set(values.get(i));
              }
            });
  }

  /** Returns the values of all parameters by their names in a model file. */
  public final Map<String, TensorData> toTensors() {
    return ModelFile.tensors(this);
  }

  /** Returns the cell of a layer that runs one, whose equations a model file names; or null. */
  @Nullable CellDefinition equations() {
    return null;
  }

  /**
   * Copies the parameters as they are now, so that other threads compute with the copy while this
   * layer is trained or loaded. The copy is for inference: it has no gradients, its parameters
   * never change, and it lives on the same backend, with which it shares the compiled cells. Any
   * thread may take one at any time. The caller closes it.
   *
   * <pre>{@code
   * CharModel serving = model.snapshot(() -> new CharModel(vocabulary));
   * }</pre>
   *
   * @param maker makes a layer like this one that is not built
   * @throws IllegalArgumentException if it makes one of another kind, configuration or size
   */
  public final <L extends Layer> L snapshot(Supplier<L> maker) {
    var originals = parameters();
    var copy = maker.get();
    Layer layer = copy;
    layer.requireNotBuilt();
    var building = new Building(new ParameterStore.Builder());
    layer.declareAt("", building);
    building.requireNoneReused();
    ModelFile.requireSame("snapshot", this, layer);
    var itsStore = building.parameters.buildForCopy(backend());
    requireSameParameters("snapshot", relativeParameters(), parametersOf(itsStore.parameters(), 0));
    layer.bind(itsStore, building);
    layer.ownsStore = true;
    itsStore.becomeCopyOf(originals);
    return copy;
  }

  private void requireSameParameters(String what, List<String> expected, List<String> got) {
    if (!expected.equals(got)) {
      throw new IllegalArgumentException(
          describe() + " " + what + ": expected parameters " + expected + ", got " + got);
    }
  }

  /** Describes the parameters by their names within this layer. */
  private List<String> relativeParameters() {
    return parametersOf(parameters(), path.isEmpty() ? 0 : path.length() + 1);
  }

  private static List<String> parametersOf(List<Parameter> parameters, int prefix) {
    return parameters.stream().map(p -> p.toString().substring(prefix)).toList();
  }

  /**
   * Frees the memory that the layer and its backend keep for passes as large as the largest so far;
   * the next pass allocates what it needs.
   */
  public final void trim() {
    forEachLayer(Layer::trimOwn);
    backend().trim();
  }

  /** Frees what this layer keeps for later passes. */
  protected void trimOwn() {}

  /**
   * Starts at zero states with one stream, to run one step at a time; the caller closes the
   * stepper. Any number of threads may each have one of the same layer. A model of one's own says
   * how its layers follow each other:
   *
   * <pre>{@code
   * @Override
   * public Stepper stepper() {
   *   return Stepper.chain(embedding, lstm, output);
   * }
   * }</pre>
   *
   * @throws IllegalStateException if the layer is not built, or needs whole sequences
   */
  public Stepper stepper() {
    throw new IllegalStateException(
        describe()
            + ": expected a layer that runs step by step, got "
            + getClass().getSimpleName()
            + "; run it on a tape, or override stepper() in a model of your own: Stepper.chain(…),"
            + " ofTokens(…), ofFeatures(…)");
  }

  /**
   * Starts as {@link #stepper()} does, but at the given state.
   *
   * @throws IllegalArgumentException if it is a state of another model
   */
  public final Stepper stepper(StepperState initial) {
    var stepper = stepper();
    try {
      stepper.setState(initial);
      return stepper;
    } catch (RuntimeException e) {
      stepper.close();
      throw e;
    }
  }

  /** Called after the parameters were first allocated. */
  protected void built() {}

  /** Called after the parameters moved, as the layer became a part of another one. */
  void moved() {}

  /** Names the layer in messages. */
  final String describe() {
    return path.isEmpty() ? getClass().getSimpleName() : path;
  }

  static String join(String path, String name) {
    return path.isEmpty() ? name : name.isEmpty() ? path : path + "." + name;
  }

  private void declareAt(String itsPath, Building building) {
    if (!building.seen.add(this)) {
      throw new IllegalStateException(
          itsPath + ": expected a layer of its own, got the same one as " + path + " again");
    }
    if (store != null) {
      requireReusable(itsPath);
      building.reused.put(this, itsPath);
      forEachLayer(
          layer ->
              layer.parameters.forEach(
                  (name, parameter) ->
                      building.parameters.adopt(join(join(itsPath, layer.path), name), parameter)));
      return;
    }
    path = itsPath;
    declare(new Declaration(this, building.parameters));
    children().forEach((name, layer) -> layer.declareAt(join(itsPath, name), building));
  }

  /** Refuses a layer that cannot become a part of another one with the values that it has. */
  final void requireReusable(String itsPath) {
    if (store != null && !ownsStore) {
      throw new IllegalStateException(
          itsPath
              + ": expected a layer that is not built, or was built alone and is open, got one of"
              + " another model; make a new layer, and after the build give it these values with"
              + " copyFrom(layer)");
    }
  }

  /** Makes this layer, which was built alone, a part of another one. */
  private void moveTo(String itsPath) {
    forEachLayer(
        layer -> {
          layer.release();
          layer.path = join(itsPath, layer.path);
        });
    ownsStore = false;
  }

  private void bind(ParameterStore itsStore, Building building) {
    if (building.reused.containsKey(this)) {
      forEachLayer(
          layer -> {
            layer.store = itsStore;
            layer.moved();
          });
      return;
    }
    store = itsStore;
    children().values().forEach(layer -> layer.bind(itsStore, building));
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
