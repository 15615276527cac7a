package dev.recurrent.layer;

import dev.recurrent.layer.Stepper.Pass;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.List;
import java.util.SplittableRandom;

/** A forward pass on a tape over one step of one stream. */
final class PassStage extends StepStage {
  private static final int TRIED_STEPS = 3;

  /** How far a step may be from the whole pass, in units of the larger of 1 and the output. */
  private static final double TOLERANCE = 1e-3;

  private final Pass pass;
  private final Tape tape;
  private final RecurrentState state = new RecurrentState();
  private final List<StateLayout.Entry> layout;
  private final Matrix output;
  private final float[] x;
  private final int[] token = new int[1];

  private PassStage(Layer model, DataType inputType, int inputSize, Pass pass) {
    super(model, inputType, inputSize);
    this.pass = pass;
    tape = Tape.inference(model.backend());
    x = new float[takesTokens() ? 0 : inputSize];
    try {
      output = allocate(DataType.FLOAT32, triedOutputs());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    layout = state.layout().entries();
    state.reset();
  }

  /**
   * Makes a stage of a pass that gives the same numbers step by step as over a whole sequence.
   *
   * @throws IllegalArgumentException if it does not
   */
  static PassStage of(Layer model, DataType inputType, int inputSize, Pass pass) {
    return new PassStage(model, inputType, Checks.positive("inputs", inputSize), pass);
  }

  /** Runs a short sequence at once and step by step, and returns the number of outputs. */
  private int triedOutputs() {
    var random = new SplittableRandom(1);
    var features = new float[TRIED_STEPS][x.length];
    var tokens = new int[TRIED_STEPS];
    for (int t = 0; t < TRIED_STEPS; t++) {
      tokens[t] = random.nextInt(inputSize());
      for (int i = 0; i < x.length; i++) {
        features[t][i] = (float) random.nextDouble(-1, 1);
      }
    }
    float[] whole;
    int columns;
    try (var other = new RecurrentState()) {
      var sequence = takesTokens() ? Sequences.ofSequence(tokens) : Sequences.ofSequence(features);
      var result = run(sequence, other);
      requireRows(TRIED_STEPS, result);
      whole = result.toArray();
      columns = result.columns();
    }
    for (int t = 0; t < TRIED_STEPS; t++) {
      var step =
          takesTokens()
              ? Sequences.ofSequence(tokens[t])
              : Sequences.ofSequence(new float[][] {features[t]});
      var result = run(step, state);
      requireRows(1, result);
      requireSame(whole, t * columns, result.toArray());
    }
    return columns;
  }

  private static void requireRows(int steps, Tensor result) {
    if (result.rows() != steps) {
      throw new IllegalArgumentException(
          "pass: expected a row for each of " + steps + " steps, got " + result.value().shape());
    }
  }

  private static void requireSame(float[] whole, int from, float[] step) {
    for (int i = 0; i < step.length; i++) {
      double expected = whole[from + i];
      double distance = Math.abs(expected - step[i]);
      if (distance > TOLERANCE * Math.max(1, Math.abs(expected))) {
        throw new IllegalArgumentException(
            "pass: expected one that remembers only what the RecurrentState holds, got one that"
                + " gives "
                + step[i]
                + " instead of "
                + expected
                + " when it runs step by step; give each recurrent layer the state, and leave out"
                + " what sees other steps (two directions, TimeDelay, attention)");
      }
    }
  }

  private Tensor run(Sequences sequences, RecurrentState states) {
    tape.reset(Mode.INFERENCE, 0);
    return pass.run(tape, sequences, states);
  }

  @Override
  void run(long version) {
    var memory = layer().backend().memory();
    Sequences step;
    if (takesTokens()) {
      memory.read(input().storage(), 0, token, 0, 1);
      step = Sequences.ofSequence(token);
    } else {
      memory.read(input().storage(), 0, x, 0, x.length);
      step = Sequences.ofSequence(new float[][] {x});
    }
    layer().backend().ops().copy(run(step, state).value(), output);
  }

  @Override
  Matrix output() {
    return output;
  }

  @Override
  List<StateLayout.Entry> states() {
    return layout;
  }

  @Override
  Matrix state(int index) {
    return state.row(layout.get(index).name(), 0);
  }

  @Override
  PassStage another() {
    return new PassStage(
        layer(), takesTokens() ? DataType.INT32 : DataType.FLOAT32, inputSize(), pass);
  }

  @Override
  public void close() {
    tape.close();
    state.close();
    super.close();
  }
}
