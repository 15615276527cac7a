package dev.recurrent.layer;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.Memory;
import dev.recurrent.spi.RecurrentKernel.ForwardCall;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.spi.Storage;
import dev.recurrent.tape.ParameterStore;
import java.util.ArrayList;
import java.util.List;

/**
 * Steps a {@link Recurrent} of one direction. States alternate between two sets of storages; both
 * calls of each layer are made once, so that a step only runs them.
 */
final class RecurrentStepper implements Stepper {
  private static final SequenceLayout ONE_STEP = SequenceLayout.uniform(1, 1);

  private final Recurrent layer;
  private final Memory memory;
  private final List<Storage> storages = new ArrayList<>();
  private final Storage input;
  private final Storage output;
  private final ForwardCall[][] calls; // [2][layers]
  private final List<RecurrentUnit> units;
  private final ParameterStore store;
  private final float[] y;
  private int phase;
  private long version; // of the parameters, in the calls

  RecurrentStepper(Recurrent layer) {
    this.layer = layer;
    this.memory = layer.backend().memory();
    this.units = layer.units();
    this.store = layer.store();
    version = store.version();
    var states = List.of(states(), states());
    calls = new ForwardCall[2][units.size()];
    input = allocate(layer.inputSize());
    var from = input;
    var to = from;
    for (int l = 0; l < units.size(); l++) {
      var program = units.get(l).program();
      to = allocate(program.outputSize());
      for (int p = 0; p < 2; p++) {
        calls[p][l] =
            new ForwardCall(
                ONE_STEP,
                units.get(l).direction(),
                Mode.INFERENCE,
                0,
                Matrix.of(from, 1, program.sizes().input()),
                states.get(p).get(l),
                units.get(l).values(),
                version,
                Matrix.of(to, 1, program.outputSize()),
                states.get(1 - p).get(l));
      }
      from = to;
    }
    output = to;
    y = new float[layer.outputSize()];
  }

  @Override
  public float[] step(float[] x) {
    if (x.length != layer.inputSize()) {
      throw new IllegalArgumentException(
          "x: expected [input=" + layer.inputSize() + "], got [" + x.length + "]");
    }
    long now = store.beginReading();
    if (now != version) {
      useVersion(now);
    }
    memory.write(input, 0, x, 0, x.length);
    for (int l = 0; l < calls[phase].length; l++) {
      units.get(l).kernel().forward(calls[phase][l]).close();
    }
    store.requireVersion(now); // or the state is as before
    phase = 1 - phase;
    memory.read(output, 0, y, 0, y.length);
    return y;
  }

  private void useVersion(long newVersion) {
    for (var ofPhase : calls) {
      for (int l = 0; l < ofPhase.length; l++) {
        ofPhase[l] = ofPhase[l].withVersion(newVersion);
      }
    }
    version = newVersion;
  }

  @Override
  public void reset() {
    for (var call : calls[phase]) {
      call.initialStates().forEach(state -> layer.backend().ops().fill(state, 0));
    }
  }

  @Override
  public int inputSize() {
    return layer.inputSize();
  }

  @Override
  public int outputSize() {
    return y.length;
  }

  @Override
  public void close() {
    storages.forEach(Storage::close);
  }

  private List<List<Matrix>> states() {
    return units.stream()
        .map(
            unit ->
                unit.program().states().stream()
                    .map(state -> Matrix.of(allocate(state.size()), 1, state.size()))
                    .toList())
        .toList();
  }

  private Storage allocate(int size) {
    var storage = memory.allocate(DataType.FLOAT32, size);
    storages.add(storage);
    return storage;
  }
}
