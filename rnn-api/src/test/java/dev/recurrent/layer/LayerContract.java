package dev.recurrent.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs networks on a backend and compares with the reference. A backend's test extends this class.
 */
public abstract class LayerContract {
  /** Opens the backend. */
  protected abstract Backend open();

  static List<CellDefinition> cells() {
    return Cells.all();
  }

  private static final class Network extends Model {
    final Embedding embedding = add("embedding", Embedding.of(9, 7));
    final Recurrent encoder;
    final Dense output;

    Network(CellDefinition cell) {
      encoder = add("encoder", Recurrent.of(cell, 7, 19).layers(2).bidirectional().dropout(0.3));
      output = add("output", Dense.of(encoder.outputSize(), 5));
    }

    Tensor on(Tape tape, Sequences tokens) {
      return output.on(tape, Pooling.max(encoder.on(tape, embedding.on(tape, tokens))));
    }
  }

  private static Sequences ragged(int batch, long seed) {
    var random = new SplittableRandom(seed);
    var sequences = new ArrayList<int[]>();
    for (int i = 0; i < batch; i++) {
      sequences.add(random.ints(random.nextInt(9), 0, 9).toArray());
    }
    return Sequences.ofTokens(sequences);
  }

  private interface Run {
    Tensor of(Network network, Tape tape);
  }

  /** Sees three steps, then every third of five, and scores the tokens of its embedding. */
  private static final class Tdnn extends Model {
    final Embedding embedding = add("embedding", Embedding.of(9, 7));
    final TimeDelay near =
        add("near", TimeDelay.of(7, 19, 3).centred().activation(dev.recurrent.cell.UnaryOp.TANH));
    final TimeDelay far = add("far", TimeDelay.of(19, 7, 5).dilation(3).withoutBias());
    final Dense output = add("output", Dense.tiedTo(embedding));

    Tensor on(Tape tape, Sequences tokens) {
      return output.on(tape, far.on(tape, near.on(tape, embedding.on(tape, tokens))));
    }
  }

  /** Puts layers that were built, and have run, into a model. */
  private static final class Outer extends Model {
    final Network network;

    Outer(Network network) {
      this.network = add("network", network);
    }
  }

  @Test
  void aLayerThatHasRunComputesTheSameInsideAnotherModel() {
    var tokens = ragged(5, 3);
    var network = new Network(Cells.LSTM);
    try (var backend = open();
        var tape = Tape.evaluation(backend)) {
      network.build(backend, 8);
      var wanted = network.on(tape, tokens).toArray();
      tape.reset();
      try (var outer = new Outer(network)) {
        outer.build(backend, 9);
        assertArrayEquals(wanted, network.on(tape, tokens).toArray());
        tape.reset();
        tape.backward(network.on(tape, tokens).sum());
        var parameter = network.encoder.parameters().getFirst();
        parameter.set(new float[parameter.size()]);
        tape.reset();
        assertFalse(Arrays.equals(wanted, network.on(tape, tokens).toArray()));
        tape.reset();
      }
    }
  }

  private record Numbers(float[] values, List<float[]> gradients) {}

  private static Numbers run(Backend backend, CellDefinition cell, Run run) {
    var network = new Network(cell);
    return run(backend, network, tape -> run.of(network, tape));
  }

  private static Numbers run(Backend backend, Model network, Function<Tape, Tensor> output) {
    try (backend;
        network;
        var tape = Tape.training(backend, 4)) {
      network.build(backend, 8);
      // Twice, so that the second pass runs in memory that holds old values.
      tape.backward(output.apply(tape).sum());
      tape.reset(tape.mode(), 5);
      network.store().clearGradients();
      var y = output.apply(tape);
      tape.backward(y.times(y).sum());
      var gradients = new ArrayList<float[]>();
      network.parameters().forEach(p -> gradients.add(p.gradientToArray()));
      return new Numbers(y.toArray(), gradients);
    }
  }

  private void check(CellDefinition cell, Run run) {
    assertClose(run(new ReferenceBackend(), cell, run), run(open(), cell, run));
  }

  private static void assertClose(Numbers want, Numbers got) {
    assertClose(want.values, got.values, "output");
    for (int i = 0; i < want.gradients.size(); i++) {
      assertClose(want.gradients.get(i), got.gradients.get(i), "gradient " + i);
    }
  }

  /** Single precision over sums of some hundred terms. */
  private static void assertClose(float[] want, float[] got, String what) {
    assertEquals(want.length, got.length, what);
    float largest = 1;
    for (float v : want) {
      largest = Math.max(largest, Math.abs(v));
    }
    assertArrayEquals(want, got, 2e-5f * largest, what);
  }

  @ParameterizedTest
  @MethodSource("cells")
  void networksGiveTheReferencesNumbers(CellDefinition cell) {
    check(cell, (network, tape) -> network.on(tape, ragged(6, 1)));
  }

  @Test
  void sequencesWithoutStepsGiveNothingInBothDirections() {
    var empty = Sequences.ofTokens(List.of(new int[0], new int[0]));
    check(Cells.GRU, (network, tape) -> network.on(tape, empty));
  }

  @Test
  void windowsAndTiedWeightsGiveTheReferencesNumbers() {
    for (int batch : new int[] {1, 6}) {
      var reference = new Tdnn();
      var tested = new Tdnn();
      assertClose(
          run(new ReferenceBackend(), reference, tape -> reference.on(tape, ragged(batch, 4))),
          run(open(), tested, tape -> tested.on(tape, ragged(batch, 4))));
    }
  }

  @Test
  void aLayerMayRunSeveralTimesInAPass() {
    check(
        Cells.LSTM,
        (network, tape) ->
            network
                .on(tape, ragged(4, 1))
                .joinRows(network.on(tape, ragged(7, 2)))
                .joinRows(network.on(tape, ragged(4, 3))));
  }

  @Test
  void batchesOfChangingShapeGiveTheReferencesNumbers() {
    for (int batch : new int[] {1, 5, 33}) {
      check(Cells.GRU, (network, tape) -> network.on(tape, ragged(batch, batch)));
    }
  }

  @Test
  void parametersThatChangeAreSeen() {
    try (var backend = open();
        var layer = Recurrent.of(Cells.LSTM, 3, 20).build(backend, 1);
        var tape = Tape.training(backend, 1)) {
      var x = Sequences.ofSequence(new float[][] {{1, 2, 3}, {3, 2, 1}});
      var y = layer.on(tape, tape.input(x)).toArray();
      layer.parameters().forEach(p -> p.set(new float[p.size()]));
      tape.reset();
      assertArrayEquals(new float[40], layer.on(tape, tape.input(x)).toArray());
      assertTrue(Math.abs(y[0]) > 0);
    }
  }

  private static final class StepByStep extends Model {
    final Embedding embedding = add("embedding", Embedding.of(9, 7));
    final Recurrent recurrent = add("recurrent", Recurrent.of(Cells.LSTM, 7, 19).layers(2));
    final Dense hidden = add("hidden", Dense.of(19, 5).activation(UnaryOp.TANH));
    final Dense output = add("output", Dense.of(5, 9));

    Tensor on(Tape tape, Sequences tokens, RecurrentState state) {
      var h = recurrent.on(tape, embedding.on(tape, tokens), state);
      return output.on(tape, hidden.on(tape, h));
    }

    @Override
    public Stepper stepper() {
      return Stepper.chain(embedding, recurrent, hidden, output);
    }
  }

  @Test
  void aModelStepsAsItsForwardPassAndGoesOnFromBytes() {
    int[] tokens = {3, 1, 4, 1, 5, 0, 8};
    try (var backend = open();
        var model = new StepByStep();
        var tape = Tape.inference(backend);
        var state = new RecurrentState()) {
      model.build(backend, 3);
      var whole = model.on(tape, Sequences.ofSequence(tokens), state).unpack().getFirst();
      byte[] half = {};
      try (var stepper = model.stepper()) {
        for (int t = 0; t < tokens.length; t++) {
          assertArrayEquals(whole[t], stepper.step(tokens[t]), 1e-5f, "step " + t);
          if (t == 2) {
            half = stepper.state().toBytes();
          }
        }
      }
      try (var stepper = model.stepper(StepperState.fromBytes(half))) {
        for (int t = 3; t < tokens.length; t++) {
          assertArrayEquals(whole[t], stepper.step(tokens[t]), 1e-5f, "resumed, step " + t);
        }
      }
    }
  }
}
