package dev.recurrent.layer;

import dev.recurrent.layer.Stepper.Pass;
import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import java.util.List;

/** A forward pass on a tape over one step of one stream. */
final class PassStage extends StepStage {
  private final Pass pass;
  private final Tape tape;
  private final RecurrentState state = new RecurrentState();
  private final Matrix output;
  private final List<StateLayout.Entry> layout;
  private final float[] x;
  private final int[] token = new int[1];

  private PassStage(Layer model, DataType inputType, int inputSize, Pass pass) {
    super(model, inputType, inputSize);
    this.pass = pass;
    tape = Tape.inference(model.backend());
    x = new float[takesTokens() ? 0 : inputSize];
    var tried = onTape();
    if (tried.rows() != 1) {
      throw new IllegalArgumentException(
          "pass: expected one row for one step, got " + tried.shape());
    }
    output = allocate(DataType.FLOAT32, tried.columns());
    layout = state.layout().entries();
    state.reset();
  }

  static PassStage of(Layer model, DataType inputType, int inputSize, Pass pass) {
    return new PassStage(model, inputType, Checks.positive("inputs", inputSize), pass);
  }

  private Matrix onTape() {
    tape.reset(Mode.INFERENCE, 0);
    var memory = layer().backend().memory();
    if (takesTokens()) {
      memory.read(input().storage(), 0, token, 0, 1);
    } else {
      memory.read(input().storage(), 0, x, 0, x.length);
    }
    var step =
        takesTokens() ? Sequences.ofSequence(token) : Sequences.ofSequence(new float[][] {x});
    return pass.run(tape, step, state).value();
  }

  @Override
  void run(long version) {
    layer().backend().ops().copy(onTape(), output);
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
