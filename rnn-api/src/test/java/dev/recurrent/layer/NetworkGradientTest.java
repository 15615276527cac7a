package dev.recurrent.layer;

import static dev.recurrent.train.Losses.crossEntropy;
import static dev.recurrent.train.Losses.halfSquaredError;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import dev.recurrent.cell.Initializer;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.FiniteDifferences;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks whole networks by finite differences. */
class NetworkGradientTest {
  private static final Sequences RAGGED =
      Sequences.ofTokens(
          List.of(new int[] {4, 0, 1}, new int[] {}, new int[] {3, 2, 4, 1}, new int[] {0, 2}));

  static List<CellDefinition> cells() {
    return Cells.all();
  }

  private static class Classifier extends Model {
    final Embedding embedding = add("embedding", Embedding.of(5, 3));
    final Recurrent encoder;
    final Dense output;

    Classifier(CellDefinition cell, UnaryOperator<Recurrent> shape) {
      encoder = add("encoder", shape.apply(Recurrent.of(cell, 3, 4)));
      output = add("output", Dense.of(encoder.outputSize(), 3).activation(UnaryOp.TANH));
    }

    Tensor encode(Tape tape) {
      return encoder.on(tape, embedding.on(tape, RAGGED));
    }
  }

  @ParameterizedTest
  @MethodSource("cells")
  void everyCellInTwoLayersAndDirections(CellDefinition cell) {
    var labels = Sequences.ofLabels(2, 0, Sequences.IGNORED, 1);
    check(
        new Classifier(cell, r -> r.layers(2).bidirectional()),
        (m, tape) -> crossEntropy(m.output.on(tape, Pooling.last(m.encode(tape))), labels));
  }

  @Test
  void withoutBias() {
    var labels = Sequences.ofLabels(2, 0, 1, 1);
    check(
        new Classifier(Cells.GRU, Recurrent::withoutBias),
        (m, tape) -> crossEntropy(m.output.on(tape, Pooling.mean(m.encode(tape))), labels));
  }

  @Test
  void poolings() {
    var targets = Sequences.ofRows(new float[] {1, 2, 0}, new float[3], new float[3], new float[3]);
    List<UnaryOperator<Tensor>> poolings =
        List.of(Pooling::last, Pooling::first, Pooling::mean, Pooling::max);
    for (var pooling : poolings) {
      check(
          new Classifier(Cells.ELMAN, Recurrent::bidirectional),
          (m, tape) -> halfSquaredError(m.output.on(tape, pooling.apply(m.encode(tape))), targets));
    }
  }

  @Test
  void finalAndInitialStatesCarryGradients() {
    var initial = new ArrayList<Parameter>();
    var targets = Sequences.ofRows(new float[8], new float[8], new float[8], new float[8]);
    check(
        new Classifier(Cells.LSTM, Recurrent::bidirectional) {
          final Layer start =
              add(
                  "start",
                  new Layer() {
                    @Override
                    protected void declare(Declaration declaration) {
                      for (int i = 0; i < 4; i++) {
                        initial.add(declaration.matrix("s" + i, 4, 4, Initializer.uniform(1)));
                      }
                    }
                  });
        },
        (m, tape) -> {
          var states = initial.stream().map(tape::of).toList();
          var result = m.encoder.run(tape, m.embedding.on(tape, RAGGED), states);
          var cells =
              result
                  .finalState(0, dev.recurrent.spi.RecurrentKernel.Direction.REVERSE, "c")
                  .joinColumns(result.finalStates().get(1));
          return halfSquaredError(result.last().plus(cells), targets);
        });
  }

  @Test
  void statesBelongToTheCallersSequences() {
    var model = new Classifier(Cells.LSTM, r -> r.layers(2).bidirectional());
    var sequences =
        List.of(new int[] {4, 0, 1}, new int[] {}, new int[] {3, 2, 4, 1}, new int[] {0, 2});
    try (var backend = new ReferenceBackend();
        var tape = Tape.inference(backend)) {
      model.build(backend, 3);
      var random = new SplittableRandom(5);
      var starts = new ArrayList<float[]>();
      for (int s = 0; s < 8; s++) {
        var start = new float[4 * 4];
        for (int i = 0; i < start.length; i++) {
          start[i] = (float) random.nextDouble();
        }
        starts.add(start);
      }
      var together =
          model.encoder.run(
              tape,
              model.embedding.on(tape, RAGGED),
              starts.stream().map(s -> tape.constant(s, 4, 4)).toList());
      for (int b = 0; b < 4; b++) {
        int row = b;
        var alone =
            model.encoder.run(
                tape,
                model.embedding.on(tape, Sequences.ofTokens(List.of(sequences.get(b)))),
                starts.stream()
                    .map(s -> tape.constant(Arrays.copyOfRange(s, row * 4, row * 4 + 4), 1, 4))
                    .toList());
        for (int s = 0; s < 8; s++) {
          assertArrayEquals(
              alone.finalStates().get(s).toArray(),
              together.finalStates().get(s).sliceRows(b, 1).toArray(),
              "sequence " + b + ", state " + s);
        }
        assertArrayEquals(
            alone.last().toArray(), together.last().sliceRows(b, 1).toArray(), "sequence " + b);
      }
      model.close();
    }
  }

  @Test
  void dropoutBetweenLayersAndCellsMasks() {
    var labels = Sequences.ofLabels(2, 0, 1, 1);
    var model = new Classifier(Cells.LSTM, r -> r.layers(2).dropout(0.4));
    try (var backend = new ReferenceBackend();
        var tape = Tape.training(backend, FiniteDifferences.SEED)) {
      model.build(backend, 3);
      FiniteDifferences.check(
          tape,
          model.store(),
          t -> crossEntropy(model.output.on(t, Pooling.last(model.encode(t))), labels));
      model.close();
    }
  }

  @Test
  void aSequencesDropoutDoesNotDependOnItsCompany() {
    var alone = Sequences.ofTokens(List.of(new int[] {4, 0, 1}));
    var model = new Classifier(Cells.GRU, r -> r.layers(3).dropout(0.5));
    try (var backend = new ReferenceBackend();
        var tape = Tape.training(backend, 7)) {
      model.build(backend, 3);
      tape.reset(tape.mode(), 5);
      var inCompany = model.encode(tape).unpack().getFirst();
      tape.reset(tape.mode(), 5);
      var byItself = model.encoder.on(tape, model.embedding.on(tape, alone)).unpack().getFirst();
      assertArrayEquals(inCompany, byItself);
      tape.reset(tape.mode(), 6);
      var otherSeed = model.encoder.on(tape, model.embedding.on(tape, alone)).unpack().getFirst();
      assertTrue(!Arrays.deepEquals(byItself, otherSeed));
      model.close();
    }
  }

  @Test
  void dropoutKeepsTheExpectationAndOnlyTrains() {
    try (var backend = new ReferenceBackend();
        var tape = Tape.training(backend, 7)) {
      var ones = new float[20_000];
      Arrays.fill(ones, 1);
      var dropped = Dropout.of(0.3).on(tape, tape.constant(ones, 100, 200)).toArray();
      double sum = 0;
      for (float v : dropped) {
        assertTrue(v == 0 || Math.abs(v - 1 / 0.7f) < 1e-6, "value " + v);
        sum += v;
      }
      // The deviation of the mean of 20,000 draws is 0.0046.
      assertEquals(1, sum / ones.length, 0.02);
      tape.reset(dev.recurrent.spi.RecurrentKernel.Mode.EVALUATION, 1);
      assertArrayEquals(ones, Dropout.of(0.3).on(tape, tape.constant(ones, 100, 200)).toArray());
    }
  }

  @Test
  void steppedRunsGiveTheSameNumbers() {
    var labels = Sequences.ofLabels(2, 0, 1, 1);
    for (var cell : List.of(Cells.LSTM, Cells.GRU_RESET_BEFORE)) {
      var model = new Classifier(cell, r -> r.layers(2).bidirectional());
      try (var backend = new ReferenceBackend();
          var tape = Tape.evaluation(backend)) {
        model.build(backend, 3);
        var gradients = new ArrayList<float[]>();
        var losses = new ArrayList<Float>();
        for (int run = 0; run < 2; run++) {
          tape.observe(run == 0 ? null : (name, step, state) -> {});
          tape.reset();
          model.store().clearGradients();
          var loss = crossEntropy(model.output.on(tape, Pooling.last(model.encode(tape))), labels);
          tape.backward(loss);
          losses.add(loss.item());
          gradients.add(model.encoder.parameters().getFirst().gradientToArray());
        }
        assertEquals(losses.get(0), losses.get(1), 1e-7f);
        assertArrayEquals(gradients.get(0), gradients.get(1), 1e-6f);
        model.close();
      }
    }
  }

  private interface LossOf {
    Tensor of(Classifier model, Tape tape);
  }

  private static void check(Classifier model, LossOf loss) {
    try (var backend = new ReferenceBackend()) {
      model.build(backend, 3);
      FiniteDifferences.randomize(model.store(), new SplittableRandom(11));
      FiniteDifferences.check(backend, model.store(), tape -> loss.of(model, tape));
      model.close();
    }
  }
}
