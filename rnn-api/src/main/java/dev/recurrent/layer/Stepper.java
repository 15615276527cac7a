package dev.recurrent.layer;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.tape.ParameterStore;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer, several of them, or a whole model that runs one step of one stream at a time, as in the
 * textbooks: the state is inside.
 *
 * <pre>{@code
 * try (var stepper = Stepper.chain(embedding, lstm, output)) {
 *   float[] logits = stepper.step(token);
 * }
 * }</pre>
 *
 * <p>{@link Layer#stepper()} gives the one of a layer; a model of one's own overrides it with a
 * {@link #chain}, or with {@link #ofTokens} or {@link #ofFeatures} where its layers are not simply
 * run one after the other. The numbers are those of a forward pass over the whole sequence in mode
 * INFERENCE; on the backend {@code cpu}, the same bits. Dropout does nothing.
 *
 * <p>The state may be {@linkplain #state() read}, {@linkplain #setState set}, {@linkplain #reset
 * reset}, and {@linkplain #copy() forked}. Nothing is allocated per step where the backend does not
 * (except by {@link #ofTokens} and {@link #ofFeatures}): the array returned is the same at every
 * step. A change of the parameters takes effect at the next step.
 *
 * <p>A stepper is used by one thread at a time; it need not be the same one. Any number of threads
 * may run steppers of one model at once, each its own.
 */
public final class Stepper implements AutoCloseable {
  private final StepStage[] stages;
  private final ParameterStore store;
  private final StateLayout layout;
  private final Matrix[] inputs; // of each stage, and
  private final Matrix[] outputs;
  private final int[] stageOf; // of each state of the layout, and
  private final int[] indexOf; // which of the stage's it is
  private final float[] y;
  private final int[] token = new int[1];
  private boolean closed;

  private Stepper(List<StepStage> stages) {
    this.stages = stages.toArray(StepStage[]::new);
    store = stages.getFirst().layer().store();
    inputs = stages.stream().map(StepStage::input).toArray(Matrix[]::new);
    outputs = stages.stream().map(StepStage::output).toArray(Matrix[]::new);
    layout = new StateLayout(stages.stream().flatMap(stage -> stage.states().stream()).toList());
    stageOf = new int[layout.entries().size()];
    indexOf = new int[stageOf.length];
    for (int s = 0; s < this.stages.length; s++) {
      var states = this.stages[s].states();
      for (int i = 0; i < states.size(); i++) {
        int position = layout.indexOf("state", states.get(i).name());
        stageOf[position] = s;
        indexOf[position] = i;
      }
    }
    y = new float[outputs[outputs.length - 1].columns()];
  }

  static Stepper of(StepStage stage) {
    return new Stepper(List.of(stage));
  }

  /**
   * Runs layers of one model one after the other, each with the output of the one before; {@link
   * Dropout} is passed over. All start at zero states.
   *
   * @throws IllegalArgumentException if a layer does not take what the one before gives, if one
   *     occurs twice, or none is left
   * @throws IllegalStateException if one is not built, or cannot run step by step
   */
  public static Stepper chain(Layer... layers) {
    var stages = new ArrayList<StepStage>();
    try {
      for (var layer : layers) {
        if (!(layer instanceof Dropout)) {
          stages.addAll(List.of(layer.stepper().stages));
        }
      }
      if (stages.isEmpty()) {
        throw new IllegalArgumentException("chain: expected at least one layer that computes");
      }
      for (int s = 1; s < stages.size(); s++) {
        requireFitting(stages.get(s - 1), stages.get(s));
      }
      return new Stepper(stages);
    } catch (RuntimeException e) {
      stages.forEach(StepStage::close);
      throw e;
    }
  }

  private static void requireFitting(StepStage lower, StepStage upper) {
    if (lower.layer().store() != upper.layer().store()) {
      throw new IllegalArgumentException(
          "chain: expected layers of one model, got "
              + upper.layer()
              + ", which is not part of the one that "
              + lower.layer().describe()
              + " belongs to");
    }
    int given = lower.output().columns();
    if (upper.takesTokens() || upper.inputSize() != given) {
      throw new IllegalArgumentException(
          "chain: expected a layer that takes the ["
              + given
              + "] of "
              + lower.layer().describe()
              + ", got "
              + upper.layer().describe()
              + ", which takes "
              + (upper.takesTokens() ? "tokens" : "[" + upper.inputSize() + "]"));
    }
  }

  /**
   * A forward pass over sequences that goes on from the states of recurrent layers and leaves the
   * new ones there, such as {@code model::logits}.
   */
  @FunctionalInterface
  public interface Pass {
    /** Runs the sequences: {@code [N, O]} comes out. */
    Tensor run(Tape tape, Sequences x, RecurrentState state);
  }

  /**
   * Runs any forward pass over tokens step by step, on a tape: for a model whose layers are not
   * simply run one after the other. The pass is tried on a short sequence first, at once and step
   * by step, to learn its sizes and states. A step allocates. After a step that threw an exception,
   * set the state anew.
   *
   * @param vocabulary the number of tokens
   * @throws IllegalArgumentException if the pass gives other numbers step by step than at once, or
   *     not a row for each step
   */
  public static Stepper ofTokens(Layer model, int vocabulary, Pass pass) {
    return of(PassStage.of(model, DataType.INT32, vocabulary, pass));
  }

  /**
   * Runs any forward pass over features step by step, as {@link #ofTokens} does.
   *
   * @param inputs the number of features
   * @throws IllegalArgumentException if the pass gives other numbers step by step than at once, or
   *     not a row for each step
   */
  public static Stepper ofFeatures(Layer model, int inputs, Pass pass) {
    return of(PassStage.of(model, DataType.FLOAT32, inputs, pass));
  }

  /**
   * Takes one step.
   *
   * @param x the input, {@code [inputSize]}
   * @return the output, {@code [outputSize]}, overwritten by the next step
   * @throws IllegalArgumentException if x is of another length, or the first layer takes tokens
   */
  public float[] step(float[] x) {
    requireOpen();
    var first = stages[0];
    if (first.takesTokens()) {
      throw new IllegalArgumentException(
          "x: expected a token, step(int), got features [" + x.length + "]");
    }
    if (x.length != first.inputSize()) {
      throw new IllegalArgumentException(
          "x: expected [input=" + first.inputSize() + "], got [" + x.length + "]");
    }
    store.backend().memory().write(inputs[0].storage(), 0, x, 0, x.length);
    return run();
  }

  /**
   * Takes one step with a token; a negative one gives zeros, as in {@link Embedding}.
   *
   * @return the output, {@code [outputSize]}, overwritten by the next step
   * @throws IllegalArgumentException if the token is not below {@link #inputSize}, or the first
   *     layer takes features
   */
  public float[] step(int nextToken) {
    requireOpen();
    var first = stages[0];
    if (!first.takesTokens()) {
      throw new IllegalArgumentException(
          "x: expected [input=" + first.inputSize() + "], got a token, " + nextToken);
    }
    if (nextToken >= first.inputSize()) {
      throw new IllegalArgumentException(
          first.layer().describe()
              + ": expected tokens below "
              + first.inputSize()
              + ", got "
              + nextToken);
    }
    token[0] = nextToken;
    store.backend().memory().write(inputs[0].storage(), 0, token, 0, 1);
    return run();
  }

  private float[] run() {
    var backend = store.backend();
    long version = store.beginReading();
    for (int s = 0; s < stages.length; s++) {
      if (s > 0) {
        backend.ops().copy(outputs[s - 1], inputs[s]);
      }
      stages[s].run(version);
    }
    store.requireVersion(version); // or the state is as before
    for (var stage : stages) {
      stage.commit();
    }
    backend.memory().read(outputs[stages.length - 1].storage(), 0, y, 0, y.length);
    return y;
  }

  /** Sets the state to zero. */
  public void reset() {
    requireOpen();
    for (int i = 0; i < stageOf.length; i++) {
      store.backend().ops().fill(current(i), 0);
    }
  }

  /** Returns a copy of the state, which goes on independently. */
  public StepperState state() {
    var state = new StepperState(layout);
    readState(state);
    return state;
  }

  /**
   * Copies the state into one that is there already, such as one that {@link #state()} gave:
   * nothing is allocated.
   *
   * @throws IllegalArgumentException if the target is of a model with other states
   */
  public void readState(StepperState target) {
    requireOpen();
    layout.requireSame(target.layout());
    var memory = store.backend().memory();
    for (int i = 0; i < stageOf.length; i++) {
      var matrix = current(i);
      memory.read(matrix.storage(), matrix.offset(), target.values(i), 0, matrix.columns());
    }
  }

  /**
   * Goes on from the given state, whose values are copied.
   *
   * @throws IllegalArgumentException if it is of a model with other states: other names, cells or
   *     sizes; nothing is changed then
   */
  public void setState(StepperState state) {
    requireOpen();
    layout.requireSame(state.layout());
    var memory = store.backend().memory();
    for (int i = 0; i < stageOf.length; i++) {
      var matrix = current(i);
      memory.write(matrix.storage(), matrix.offset(), state.values(i), 0, matrix.columns());
    }
  }

  private Matrix current(int i) {
    return stages[stageOf[i]].state(indexOf[i]);
  }

  /** Forks: returns another stepper of the same layers at the same state. The caller closes it. */
  public Stepper copy() {
    requireOpen();
    var others = new ArrayList<StepStage>();
    for (var stage : stages) {
      others.add(stage.another());
    }
    var copy = new Stepper(others);
    for (int i = 0; i < stageOf.length; i++) {
      store.backend().ops().copy(current(i), copy.current(i));
    }
    return copy;
  }

  /** Tells whether a step takes a token, {@link #step(int)}, rather than features. */
  public boolean takesTokens() {
    return stages[0].takesTokens();
  }

  /** Returns the number of inputs; where they are tokens, of tokens to choose from. */
  public int inputSize() {
    return stages[0].inputSize();
  }

  /** Returns the number of outputs. */
  public int outputSize() {
    return y.length;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("stepper: expected an open one, got a closed one");
    }
  }

  /** Frees the state; a second call does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      for (var stage : stages) {
        stage.close();
      }
    }
  }
}
