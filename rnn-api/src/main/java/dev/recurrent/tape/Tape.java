package dev.recurrent.tape;

import dev.recurrent.cell.MaskScope;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.HeapRoom;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.PointwiseKernel;
import dev.recurrent.spi.PointwiseProgram;
import dev.recurrent.spi.RandomBits;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.RecurrentKernel.Trace;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.spi.Storage;
import dev.recurrent.spi.TensorOps;
import dev.recurrent.spi.TensorOps.MaskDraw;
import java.lang.ref.Cleaner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Makes tensors, records what is computed with them, and goes back through it: reverse-mode
 * differentiation whose smallest step is a whole operation, such as a recurrent layer over all
 * steps of a batch.
 *
 * <pre>{@code
 * try (var tape = Tape.training(backend, 42);
 *     var updater = Adam.withLearningRate(1e-3).on(model)) {
 *   for (Batch batch : batches) {
 *     tape.reset();
 *     model.clearGradients();
 *     Tensor loss = crossEntropy(model.logits(tape, batch.inputs()), batch.targets());
 *     tape.backward(loss);          // adds to the gradients of the parameters
 *     updater.step();
 *   }
 * }
 * }</pre>
 *
 * <p>A pass begins with {@link #reset()}, which frees the tensors of the pass before; their memory
 * is used again, so that a loop over batches of similar shapes allocates nothing after its first
 * passes. The {@link Mode} says whether random masks are drawn (TRAINING) or replaced by their
 * expectation, and whether anything is recorded (not in INFERENCE).
 *
 * <p>A pass is made by one thread, which {@link #reset()} may change; two at once get an {@link
 * IllegalStateException}. Any number of threads may run tapes of their own over one model and one
 * backend. A tape that is never closed gives its memory back some time after nobody refers to it or
 * its tensors.
 */
public final class Tape implements AutoCloseable {
  private static final long NEXT_PASS = Long.MIN_VALUE;
  private static final Cleaner CLEANER = Cleaner.create();

  private final Backend backend;
  private final TapeMemory memory;
  private final Cleaner.Cleanable cleanable;
  private final AtomicReference<@Nullable Thread> owner = new AtomicReference<>(); // of the pass
  private final List<Reading> readings = new ArrayList<>(); // of the pass, as a rule one
  private final List<Recorded> operations = new ArrayList<>();
  private final List<Storage> lent = new ArrayList<>();
  private final IdentityHashMap<Sequences, Matrix> uploads = new IdentityHashMap<>();
  private final Map<MaskScope, IdentityHashMap<SequenceLayout, Matrix>> rowNumbers =
      new EnumMap<>(MaskScope.class);
  private final ArrayDeque<AutoCloseable> toClose = new ArrayDeque<>();
  private Mode mode;
  private long seed;
  private long draws;
  private long pass = 1;
  private boolean wentBack;
  private boolean closed;
  private @Nullable StepObserver observer;

  private Tape(Backend backend, Mode mode, long seed) {
    this.backend = backend;
    this.memory = new TapeMemory(backend);
    this.cleanable = CLEANER.register(this, memory::close);
    this.mode = mode;
    this.seed = seed;
  }

  /** The parameters of a model that a pass reads, and their version when it first did. */
  private record Reading(ParameterStore store, long version) {}

  private record Recorded(List<Tensor> outputs, Runnable backward) {}

  /** Opens a tape that records and draws random masks from the seed. */
  public static Tape training(Backend backend, long seed) {
    return new Tape(backend, Mode.TRAINING, seed);
  }

  /** Opens a tape that records, with the expectation in place of random masks. */
  public static Tape evaluation(Backend backend) {
    return new Tape(backend, Mode.EVALUATION, 0);
  }

  /** Opens a tape that records nothing, with the expectation in place of random masks. */
  public static Tape inference(Backend backend) {
    return new Tape(backend, Mode.INFERENCE, 0);
  }

  /** Returns the backend that computes. */
  public Backend backend() {
    return backend;
  }

  /** Returns what the current pass is for. */
  public Mode mode() {
    return mode;
  }

  /** Tells whether operations are recorded. */
  public boolean records() {
    return mode != Mode.INFERENCE;
  }

  /** Begins a new pass of the same mode with a next seed; the tensors of the last one are freed. */
  public void reset() {
    reset(mode, RandomBits.mix(seed, NEXT_PASS));
  }

  /** Begins a new pass; the tensors of the last one are freed. */
  public void reset(Mode newMode, long newSeed) {
    requireOpen();
    endPass();
    mode = newMode;
    seed = newSeed;
  }

  private void endPass() {
    closeWhatEndsWithThePass();
    memory.closeTraces();
    operations.clear();
    uploads.clear();
    rowNumbers.clear();
    lent.forEach(memory.pool()::takeBack);
    lent.clear();
    memory.pool().takeBackAll(); // temporaries of a pass that an error has ended
    readings.clear();
    owner.set(null);
    draws = 0;
    wentBack = false;
    pass++;
  }

  /** Uploads features as a tensor {@code [N, width]}; within one pass only once. */
  public Tensor input(Sequences sequences) {
    var matrix =
        uploads.computeIfAbsent(
            sequences, s -> upload(s.packedFeatures(), s.layout().totalRows(), s.width()));
    return new Tensor(this, matrix, sequences.layout());
  }

  /** Uploads tokens as a matrix of INT32, {@code [N, 1]}; within one pass only once. */
  public Matrix tokens(Sequences sequences) {
    return uploads.computeIfAbsent(sequences, s -> indices(s.packedTokens()));
  }

  /** Uploads a matrix of constants, row-major. */
  public Tensor constant(float[] values, int rows, int columns) {
    if ((long) rows * columns != values.length) {
      throw new IllegalArgumentException(
          "values: expected [" + rows + ", " + columns + "], got " + values.length + " values");
    }
    return new Tensor(this, upload(values, rows, columns), null);
  }

  /** Uploads a matrix whose gradient is wanted; see {@link Tensor#retainGradient()}. */
  public Tensor variable(float[] values, int rows, int columns) {
    var tensor = constant(values, rows, columns).retainGradient();
    if (records()) {
      tensor.require();
    }
    return tensor;
  }

  /** Uploads features whose gradient is wanted. */
  public Tensor variable(Sequences sequences) {
    var tensor = input(sequences).retainGradient();
    if (records()) {
      tensor.require();
    }
    return tensor;
  }

  /**
   * Returns a parameter as a tensor; gradients of it are added to the parameter's.
   *
   * @throws IllegalArgumentException if the parameter lives on another backend
   */
  public Tensor of(Parameter parameter) {
    var _ = beginReading(parameter.store());
    return new Tensor(this, parameter);
  }

  /**
   * Goes back from a loss {@code [1, 1]}: adds dloss/dp to the gradient of every parameter that it
   * depends on. Once a pass; several losses are added before.
   *
   * @throws IllegalArgumentException if the loss is not a number that this tape has recorded
   * @throws IllegalStateException if the tape went back already in this pass, or another thread
   *     trains the model
   */
  public void backward(Tensor loss) {
    backward(loss, 1);
  }

  /** Goes back as {@link #backward(Tensor)} does, with all gradients multiplied by a number. */
  public void backward(Tensor loss, float scale) {
    if (loss.rows() != 1 || loss.columns() != 1) {
      throw new IllegalArgumentException("loss: expected [1, 1], got " + loss.value().shape());
    }
    if (loss.tape() != this || !loss.requiresGradient()) {
      throw new IllegalArgumentException(
          "loss: expected a tensor that this tape recorded from parameters, got " + loss);
    }
    if (wentBack) {
      throw new IllegalStateException(
          "backward: expected one call a pass, got a second one; add the losses, or reset the"
              + " tape");
    }
    requireOwn();
    wentBack = true;
    var exclusions = new ArrayDeque<ParameterStore.Exclusion>();
    try {
      readings.forEach(reading -> exclusions.push(reading.store().addToGradients()));
      goBack(loss, scale);
    } finally {
      exclusions.forEach(ParameterStore.Exclusion::close);
    }
  }

  private void goBack(Tensor loss, float scale) {
    loss.seed(scale);
    for (int i = operations.size() - 1; i >= 0; i--) {
      var operation = operations.get(i);
      if (operation.outputs.stream().anyMatch(Tensor::hasGradient)) {
        operation.backward.run();
      }
      operation.outputs.forEach(Tensor::dropGradient);
    }
  }

  /**
   * Makes recurrent layers run one step at a time, each an operation of its own, and show their
   * states to the observer: slow, for looking into what happens. Null ends it.
   */
  public void observe(@Nullable StepObserver newObserver) {
    observer = newObserver;
  }

  /** Returns what watches single steps, or null. */
  public @Nullable StepObserver observer() {
    return observer;
  }

  // For the authors of layers.

  /** Returns the primitive operations. */
  public TensorOps ops() {
    return backend.ops();
  }

  /**
   * Says that the pass reads parameters, and returns the version of their values: the same in the
   * whole pass.
   *
   * @throws IllegalArgumentException if they live on another backend
   * @throws IllegalStateException if another thread trains the model
   * @throws java.util.ConcurrentModificationException if another thread has changed them since the
   *     pass first read them
   */
  public long beginReading(ParameterStore store) {
    requireOwn();
    if (!store.backend().equals(backend)) {
      throw new IllegalArgumentException(
          "parameters: expected those of a layer built for the backend of the tape, got a layer on "
              + store.backend().device()
              + " and a tape on "
              + backend.device()
              + "; open the tape with the backend of the layer");
    }
    long version = store.beginReading();
    for (int i = 0; i < readings.size(); i++) {
      var reading = readings.get(i);
      if (reading.store() == store) {
        if (reading.version() != version) {
          store.requireVersion(reading.version()); // its own thread may have changed them
          readings.set(i, new Reading(store, version));
        }
        return version;
      }
    }
    readings.add(new Reading(store, version));
    return version;
  }

  /** Refuses results of parameters that another thread has changed meanwhile. */
  private void requireVersions() {
    for (int i = 0; i < readings.size(); i++) {
      readings.get(i).store().requireVersion(readings.get(i).version());
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("tape: expected an open one, got a closed one");
    }
  }

  /** Refuses a second thread within a pass, whose first one owns it. */
  private void requireOwn() {
    requireOpen();
    var me = Thread.currentThread();
    var its = owner.get();
    if (its == me) {
      return;
    }
    its = owner.compareAndExchange(null, me);
    if (its != null && its != me) {
      throw new IllegalStateException(
          "tape: expected one thread in a pass, got "
              + me.getName()
              + " while "
              + its.getName()
              + " makes it; open a tape for each thread");
    }
  }

  /** Returns a seed for one random draw; the same ones in the same order in every pass. */
  public long nextSeed() {
    return RandomBits.mix(seed, draws++);
  }

  /** Makes a tensor whose values are still to be written. */
  public Tensor tensor(int rows, int columns, @Nullable SequenceLayout layout) {
    return new Tensor(this, lend(rows, columns), layout);
  }

  /**
   * Refuses a tensor of another tape, through which no gradient would flow. Where none is recorded,
   * a pass may go on from what another one has computed.
   *
   * @param what uses the tensor, for the message
   * @throws IllegalArgumentException if another tape made it, and one of both records
   */
  public void requireSameTape(String what, Tensor tensor) {
    if (tensor.tape() != this && (records() || tensor.tape().records())) {
      throw new IllegalArgumentException(
          what
              + ": expected tensors of one tape, got "
              + tensor
              + " of another; numbers of another tape become constants of this one with"
              + " constant(tensor.toArray(), rows, columns)");
    }
  }

  /** Records how to go back from an output to its inputs, if one of those requires a gradient. */
  public Tensor record(Tensor output, List<Tensor> inputs, Runnable backward) {
    record(List.of(output), inputs, backward);
    return output;
  }

  /**
   * Records how to go back from outputs to inputs, if one of those requires a gradient. {@code
   * backward} runs when at least one output has a gradient.
   */
  public void record(List<Tensor> outputs, List<Tensor> inputs, Runnable backward) {
    requireOwn();
    inputs.forEach(input -> requireSameTape("operation", input));
    if (records() && inputs.stream().anyMatch(Tensor::requiresGradient)) {
      outputs.forEach(Tensor::require);
      operations.add(new Recorded(List.copyOf(outputs), backward));
    }
  }

  /**
   * Returns a matrix that lives until {@link #release}, at the longest as long as the pass; it
   * holds any values.
   */
  public Matrix temporary(int rows, int columns) {
    requireOwn();
    int size = HeapRoom.elements(rows, columns);
    return Matrix.of(memory.pool().lend(DataType.FLOAT32, size), rows, columns);
  }

  /**
   * Gives a temporary matrix back.
   *
   * @throws IllegalArgumentException if it is none, or was given back already
   */
  public void release(Matrix temporary) {
    memory.pool().takeBack(temporary.storage());
  }

  /** Uploads row indices, {@code [n, 1]}; they live as long as the pass. */
  public Matrix indices(int[] rows) {
    requireOwn();
    var storage = memory.pool().lend(DataType.INT32, rows.length);
    lent.add(storage);
    backend.memory().write(storage, 0, rows, 0, rows.length);
    return Matrix.of(storage, rows.length, 1);
  }

  /**
   * Draws a keep-mask. In packed rows the draw of a sequence depends on its number and, with {@link
   * MaskScope#STEP}, the step, not on the other sequences of the batch.
   *
   * @param layout how the rows are packed; null where each row is drawn by itself
   */
  public void keepMask(
      MaskDraw draw, MaskScope scope, @Nullable SequenceLayout layout, Matrix out) {
    if (layout == null) {
      ops().keepMask(draw.seed(), draw.keep(), draw.value(), out);
    } else {
      var numbers = rowNumbers.computeIfAbsent(scope, _ -> new IdentityHashMap<>());
      ops().keepMask(draw, numbers.computeIfAbsent(layout, l -> numberRows(l, scope)), out);
    }
  }

  /**
   * Gives each row a number from its sequence and, for a mask of steps, its step; mixing makes
   * equal ones improbable.
   */
  private Matrix numberRows(SequenceLayout layout, MaskScope scope) {
    var numbers = new int[layout.totalRows()];
    for (int t = 0; t < layout.steps(); t++) {
      for (int i = 0; i < layout.batchSize(t); i++) {
        numbers[layout.rowStart(t) + i] =
            RandomBits.hash(layout.originalIndex(i)) + (scope == MaskScope.STEP ? t : 0);
      }
    }
    return indices(numbers);
  }

  /** Closes something at the end of the pass. */
  public void closeAtReset(AutoCloseable resource) {
    toClose.push(resource);
  }

  /** Keeps what a recurrent layer needs on the way back, and closes it at the end of the pass. */
  public void keep(Trace trace) {
    memory.add(trace);
  }

  /** Returns the compiled program; the tape compiles each program object once. */
  public PointwiseKernel kernel(PointwiseProgram program) {
    requireOpen();
    return memory.kernel(program);
  }

  /** Copies a matrix to the host, row-major. */
  public float[] read(Matrix matrix) {
    requireOpen();
    float[] values = copy(matrix);
    requireVersions();
    return values;
  }

  private float[] copy(Matrix matrix) {
    int columns = matrix.columns();
    var values = new float[matrix.rows() * columns];
    if (matrix.stride() == columns || matrix.rows() <= 1) {
      backend.memory().read(matrix.storage(), matrix.offset(), values, 0, values.length);
      return values;
    }
    for (int r = 0; r < matrix.rows(); r++) {
      int offset = matrix.offset() + r * matrix.stride();
      backend.memory().read(matrix.storage(), offset, values, r * columns, columns);
    }
    return values;
  }

  /** Returns how many blocks of memory the tape has allocated so far; steady in a steady loop. */
  public int allocations() {
    return memory.pool().allocations();
  }

  long pass() {
    return pass;
  }

  /** Lends a matrix until the pass ends. */
  Matrix lend(int rows, int columns) {
    var matrix = temporary(rows, columns);
    lent.add(matrix.storage());
    return matrix;
  }

  /** Takes back early what {@link #lend} gave. */
  void takeBack(Matrix matrix) {
    int last = lent.lastIndexOf(matrix.storage());
    if (last >= 0) {
      memory.pool().takeBack(lent.remove(last));
    }
  }

  private Matrix upload(float[] values, int rows, int columns) {
    var matrix = lend(rows, columns);
    backend.memory().write(matrix.storage(), 0, values, 0, values.length);
    return matrix;
  }

  private void closeWhatEndsWithThePass() {
    while (!toClose.isEmpty()) {
      try {
        toClose.pop().close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException("closing what a pass held: " + e.getMessage(), e);
      }
    }
  }

  /** Frees everything. A second call does nothing. */
  @Override
  public void close() {
    if (!closed) {
      endPass();
      closed = true;
      cleanable.clean();
    }
  }
}
