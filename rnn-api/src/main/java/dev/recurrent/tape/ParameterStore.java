package dev.recurrent.tape;

import dev.recurrent.cell.Initializer;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RandomBits;
import dev.recurrent.spi.Storage;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.ConcurrentModificationException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Owns the values and gradients of all parameters of a model, each in one block of memory, so that
 * an optimizer's step, clipping and a checkpoint are one operation for the whole model.
 *
 * <p>Any number of threads may read the values at once. Who changes them does so by {@link
 * #change}: a reader whose use overlaps with a change gets a {@link
 * ConcurrentModificationException}, never mixed values, and a second writer an {@link
 * IllegalStateException}. While {@link #train} holds the store for one thread, others neither read
 * nor write it; {@link dev.recurrent.layer.Layer#snapshot snapshots} may be taken by any thread at
 * any time.
 */
public final class ParameterStore implements AutoCloseable {
  /** In elements: 64 bytes, a cache line and the widest vector. */
  private static final int ALIGNMENT = 16;

  private final Backend backend;
  private final List<Parameter> parameters;
  private final Storage valueStorage;
  private final @Nullable Storage gradientStorage; // none in a snapshot
  private final int size;
  private final AtomicReference<@Nullable Thread> writer = new AtomicReference<>();
  private final AtomicReference<@Nullable Thread> trainer = new AtomicReference<>();
  private final AtomicReference<@Nullable Thread> adder = new AtomicReference<>(); // of gradients
  private final Object valuesLock = new Object(); // held by who changes or copies all of them
  private volatile long version; // odd while values change
  private volatile long lastWriter; // the number of the thread that made the last change
  private volatile boolean sealed;
  private volatile boolean closed;

  private ParameterStore(Backend backend, List<Declared> declared, Purpose purpose) {
    this.backend = backend;
    parameters = declared.stream().map(Declared::parameter).toList();
    size = Math.max(totalSize(parameters), ALIGNMENT);
    valueStorage = allocate();
    gradientStorage = purpose == Purpose.INFERENCE ? null : allocate();
    int offset = 0;
    for (var one : declared) {
      var parameter = one.parameter;
      parameter.bind(
          this,
          view(valueStorage, parameter, offset),
          gradientStorage == null ? null : view(gradientStorage, parameter, offset));
      parameter.rename(one.name);
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
              (2L * Float.BYTES * size) >> 20,
              size,
              largest(parameters),
              Runtime.getRuntime().maxMemory() >> 20),
          e);
    }
  }

  private static Parameter largest(List<Parameter> parameters) {
    return Collections.max(parameters, Comparator.comparingInt(Parameter::size));
  }

  private enum Purpose {
    TRAINING,
    INFERENCE
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
      var store = new ParameterStore(backend, List.copyOf(parameters.values()), Purpose.TRAINING);
      parameters.values().forEach(one -> store.initialize(one, seed));
      return store;
    }

    /**
     * Allocates all parameters, whose values are 0 until they are set; those taken over keep
     * theirs.
     *
     * @throws IllegalStateException if there is no room for them
     */
    public ParameterStore build(Backend backend) {
      var store = new ParameterStore(backend, List.copyOf(parameters.values()), Purpose.TRAINING);
      parameters.values().stream()
          .filter(one -> one.values != null)
          .forEach(one -> store.write(one.parameter.value(), one.values));
      return store;
    }

    /**
     * Allocates all parameters without gradients, for a copy of others: see {@link
     * ParameterStore#becomeCopyOf}.
     */
    public ParameterStore buildForCopy(Backend backend) {
      return new ParameterStore(backend, List.copyOf(parameters.values()), Purpose.INFERENCE);
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

  /**
   * Returns all gradients as one row; the elements between parameters are 0.
   *
   * @throws IllegalStateException if this is a snapshot, which has none
   */
  public Matrix gradients() {
    if (gradientStorage == null) {
      throw new IllegalStateException(
          "gradients: expected the parameters of a model, got those of a snapshot, which is for"
              + " inference only");
    }
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
    requireNoOtherTrainer();
    backend.ops().fill(gradients(), 0);
  }

  /** Sets the gradients of the chosen parameters to 0. */
  public void clearGradients(Predicate<Parameter> chosen) {
    requireNoOtherTrainer();
    ranges(chosen).forEach(range -> backend.ops().fill(range.of(gradients()), 0));
  }

  /** Returns a number that grows whenever values change. */
  public long version() {
    return version;
  }

  /**
   * Begins a use of the values, and returns their version, to be given to {@link #requireVersion}
   * once they have been read. Takes no lock.
   *
   * @throws IllegalStateException if another thread trains the model
   * @throws ConcurrentModificationException if the values are being changed
   */
  public long beginReading() {
    long now = version;
    requireOpen();
    requireNoOtherTrainer();
    if ((now & 1) != 0) {
      throw changedMeanwhile();
    }
    return now;
  }

  /**
   * Ends a use of the values.
   *
   * @param begun what {@link #beginReading} returned
   * @throws ConcurrentModificationException if another thread has changed the values since
   */
  public void requireVersion(long begun) {
    VarHandle.acquireFence(); // the values were read before the version is
    if (version != begun && lastWriter != Thread.currentThread().threadId()) {
      throw changedMeanwhile();
    }
  }

  /**
   * Changes values: all writes to them are made in {@code writes}. Those who read meanwhile get an
   * exception.
   *
   * @throws IllegalStateException if another thread is changing them or trains the model, or if
   *     this is a snapshot
   */
  public void change(Runnable writes) {
    requireOpen();
    if (sealed) {
      throw new IllegalStateException(
          "parameters: expected those of a model, got those of a snapshot, which are never changed;"
              + " change the model and take another snapshot");
    }
    requireNoOtherTrainer();
    var me = Thread.currentThread();
    if (writer.get() == me) {
      writes.run(); // inside a change
      return;
    }
    try (var _ = claim(writer, "changed")) {
      synchronized (valuesLock) { // a snapshot may be copying them
        lastWriter = me.threadId();
        version++;
        VarHandle.storeStoreFence(); // readers see that values change before they do
        try {
          writes.run();
        } finally {
          version++;
        }
      }
    }
  }

  /**
   * Keeps the store for the calling thread, which trains the model, until what is returned is
   * closed.
   *
   * @throws IllegalStateException if another thread trains the model, or this one does already
   */
  public Exclusion train() {
    if (trainer.get() == Thread.currentThread()) {
      throw new IllegalStateException(
          "training: expected a model that is not being trained, got one that this thread trains");
    }
    return claim(trainer, "trained");
  }

  /**
   * Keeps the gradients for the calling thread, which adds to them, until what is returned is
   * closed.
   *
   * @throws IllegalStateException if another thread adds to them or trains the model
   */
  Exclusion addToGradients() {
    requireNoOtherTrainer();
    gradients(); // are there any?
    return claim(adder, "trained");
  }

  /** Ends what one thread had a model for. */
  public interface Exclusion extends AutoCloseable {
    @Override
    void close();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(
          "parameters: expected those of an open layer, got those of a closed one: "
              + parameters.stream().map(Parameter::name).limit(3).toList());
    }
  }

  private static Exclusion claim(AtomicReference<@Nullable Thread> role, String what) {
    var me = Thread.currentThread();
    var other = role.compareAndExchange(null, me);
    if (other != null) {
      throw heldBy(other, what);
    }
    return () -> role.compareAndSet(me, null);
  }

  private void requireNoOtherTrainer() {
    var other = trainer.get();
    if (other != null && other != Thread.currentThread()) {
      throw heldBy(other, "trained");
    }
  }

  private static IllegalStateException heldBy(Thread other, String what) {
    return new IllegalStateException(
        "model: expected one that no other thread uses, got one that is being "
            + what
            + " by thread "
            + other.getName()
            + "; train a model in one thread, and take model.snapshot(…) for inference beside"
            + " training");
  }

  private static ConcurrentModificationException changedMeanwhile() {
    return new ConcurrentModificationException(
        "parameters: expected the same values during a pass, got others: another thread has changed"
            + " them (training, load or set); take model.snapshot(…) for inference beside"
            + " training");
  }

  /**
   * Copies the values of other parameters, of the same shapes in the same order, and refuses every
   * later change. What another thread is changing meanwhile is copied before or after, as a whole.
   */
  public void becomeCopyOf(List<Parameter> originals) {
    if (originals.isEmpty()) {
      sealed = true;
      return;
    }
    var from = originals.getFirst().store();
    change(
        () -> {
          synchronized (from.valuesLock) {
            for (int i = 0; i < parameters.size(); i++) {
              backend.ops().copy(originals.get(i).value(), parameters.get(i).value());
            }
          }
        });
    sealed = true;
  }

  float[] read(Matrix matrix) {
    var values = new float[matrix.rows() * matrix.columns()];
    backend.memory().read(matrix.storage(), matrix.offset(), values, 0, values.length);
    return values;
  }

  void write(Matrix matrix, float[] values) {
    change(
        () -> backend.memory().write(matrix.storage(), matrix.offset(), values, 0, values.length));
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
    closed = true;
    valueStorage.close();
    if (gradientStorage != null) {
      gradientStorage.close();
    }
  }
}
