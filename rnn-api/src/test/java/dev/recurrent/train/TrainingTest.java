package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Model;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingTest {
  private final ReferenceBackend backend = new ReferenceBackend();

  @AfterEach
  void close() {
    backend.close();
  }

  @Test
  void aTextIsLearnt() throws IOException {
    try (var model = new TinyModel(Cells.GRU, 0)) {
      model.build(backend, 1);
      var validation = TokenStreams.of(TinyModel.text(200, 8), 2);
      var updates = new ArrayList<TrainingListener.Update>();
      var result =
          Training.of(model)
              .loss(model::loss)
              .optimizer(Adam.withLearningRate(0.02))
              .truncatedBptt(8)
              .clipGradientNorm(5)
              .validateOn(validation, Metrics.PERPLEXITY)
              .listener(
                  new TrainingListener() {
                    @Override
                    public void updated(Update update) {
                      updates.add(update);
                    }
                  })
              .fit(TokenStreams.of(TinyModel.text(1000, 4), 5).windows(8), Budget.epochs(4));
      assertEquals(TrainingResult.Ending.COMPLETED, result.ending());
      assertEquals(4, result.epochs().size());
      assertEquals(4 * 24, result.updates());
      assertEquals(result.updates(), updates.size());
      assertEquals(24, updates.getFirst().updatesPerEpoch());
      assertEquals(40, updates.getFirst().targets());
      assertEquals(24 * 40, result.epochs().getFirst().targets());
      // Seven symbols: a perplexity of 7 is a guess.
      assertTrue(result.bestValidation() < 6, result.toString());
      assertTrue(
          result.epochs().getLast().trainingLoss() < result.epochs().getFirst().trainingLoss());
    }
  }

  /** Tells whether sequences of unequal length hold more ones than twos. */
  private static final class Classifier extends Model {
    final Embedding embedding = add("embedding", Embedding.of(3, 4));
    final Recurrent encoder = add("encoder", Recurrent.of(Cells.LSTM, 4, 8).bidirectional());
    final Dense output = add("output", Dense.of(16, 2));

    Tensor logits(Tape tape, Sequences inputs) {
      var result = encoder.run(tape, embedding.on(tape, inputs), List.of());
      return output.on(tape, result.last());
    }
  }

  private static Batches sentences(int count, long seed) {
    var random = new SplittableRandom(seed);
    var sentences = new ArrayList<int[]>();
    for (int i = 0; i < count; i++) {
      sentences.add(random.ints(1 + random.nextInt(6), 0, 3).toArray());
    }
    return MiniBatches.of(
            count,
            8,
            rows -> {
              var chosen = Arrays.stream(rows).mapToObj(sentences::get).toList();
              var labels =
                  chosen.stream()
                      .mapToInt(
                          s ->
                              Arrays.stream(s).map(t -> t == 1 ? 1 : t == 2 ? -1 : 0).sum() > 0
                                  ? 1
                                  : 0)
                      .toArray();
              return Batch.of(Sequences.ofTokens(chosen), Sequences.ofLabels(labels));
            })
        .shuffled(3);
  }

  @Test
  void sentencesOfUnequalLengthAreClassified() throws IOException {
    try (var model = new Classifier()) {
      model.build(backend, 1);
      var result =
          Training.of(model)
              .loss(
                  (tape, batch, _) ->
                      Losses.crossEntropy(model.logits(tape, batch.inputs()), batch.targets()))
              .optimizer(Adam.withLearningRate(0.02))
              .validateOn(
                  sentences(60, 2),
                  Metrics.accuracy((tape, batch, _) -> model.logits(tape, batch.inputs())))
              .fit(sentences(150, 1), Budget.epochs(6));
      assertEquals(6 * 19, result.updates());
      assertTrue(result.bestValidation() > 0.9, result.toString());
    }
  }

  @Test
  void accumulationIsTheMeanOfTheBatches() throws IOException {
    var text = TinyModel.text(81, 4);
    var whole = parameters(text, 1, 4);
    var halves = parameters(text, 2, 2);
    for (int i = 0; i < whole.size(); i++) {
      assertArrayEquals(whole.get(i), halves.get(i), 1e-6f);
    }
  }

  /** Makes one epoch over 8 pieces of the text; batches times accumulated are always 4 pieces. */
  private List<float[]> parameters(int[] text, int accumulate, int pieces) throws IOException {
    try (var model = new TinyModel(Cells.ELMAN, 0)) {
      model.build(backend, 1);
      var batches =
          MiniBatches.of(
              8,
              pieces,
              rows -> {
                var inputs = new ArrayList<int[]>();
                var targets = new ArrayList<int[]>();
                for (int row : rows) {
                  inputs.add(Arrays.copyOfRange(text, row * 10, row * 10 + 10));
                  targets.add(Arrays.copyOfRange(text, row * 10 + 1, row * 10 + 11));
                }
                return Batch.of(Sequences.ofTokens(inputs), Sequences.ofTokens(targets));
              });
      var result =
          Training.of(model)
              .loss(model::loss)
              .optimizer(Sgd.withLearningRate(0.5))
              .accumulateGradients(accumulate)
              .fit(batches, Budget.epochs(1));
      assertEquals(2, result.updates());
      var values = new ArrayList<float[]>();
      model.parameters().forEach(p -> values.add(p.toArray()));
      return values;
    }
  }

  @Test
  void divergenceStopsWithTheModelAsItWas() {
    try (var model = new TinyModel(Cells.ELMAN, 0)) {
      model.build(backend, 1);
      var before = new ArrayList<float[]>();
      var training =
          Training.of(model)
              .loss(
                  (tape, batch, state) -> {
                    before.add(model.output.weight().toArray());
                    var loss = model.loss(tape, batch, state);
                    return before.size() < 3 ? loss : loss.times(Double.NaN);
                  })
              .truncatedBptt(4);
      var e =
          assertThrows(
              DivergedException.class,
              () -> training.fit(TokenStreams.of(TinyModel.text(90, 1), 2), Budget.epochs(1)));
      assertTrue(
          e.getMessage()
              .startsWith("loss: expected a finite number, got NaN at update 3 of epoch 1"),
          e.getMessage());
      assertArrayEquals(before.getLast(), model.output.weight().toArray());
    }
  }

  /** Each update takes at least 10 ms; the epoch has 6, of which one run makes 4. */
  @Test
  void secondsOfAnEpochAreThoseOfBothRunsThatShareIt(@TempDir Path folder) throws IOException {
    var text = TokenStreams.of(TinyModel.text(49, 1), 2).windows(4);
    long start = System.nanoTime();
    EpochResult last = null;
    for (var budget : List.of(Budget.updates(4), Budget.epochs(1))) {
      try (var model = new TinyModel(Cells.ELMAN, 0)) {
        model.build(backend, 1);
        var training =
            Training.of(model)
                .loss(model::loss)
                .truncatedBptt(4)
                .checkpointTo(folder)
                .listener(new Slow());
        last =
            (last == null ? training : training.resumeFrom(folder))
                .fit(text, budget)
                .epochs()
                .getLast();
        assertEquals(1, last.epoch());
      }
    }
    assertEquals(6, last.updates());
    assertTrue(last.seconds() >= 0.06, last.toString());
    assertTrue(last.seconds() <= (System.nanoTime() - start) * 1e-9, last.toString());
  }

  private static final class Slow implements TrainingListener {
    @Override
    public void updated(Update update) {
      long until = System.nanoTime() + 11_000_000;
      while (System.nanoTime() < until) {
        LockSupport.parkNanos(1_000_000); // may return early
      }
    }
  }

  static List<Optimizer> optimizers() {
    return List.of(
        AdamW.withLearningRate(0.1).withWeightDecay(0.5),
        Adam.withLearningRate(0.1).withWeightDecay(0.5),
        RmsProp.withLearningRate(0.1).withMomentum(0.5).withWeightDecay(0.5),
        Adagrad.withLearningRate(0.1).withWeightDecay(0.5),
        Sgd.withLearningRate(0.1).withNesterov(0.5).withWeightDecay(0.5));
  }

  /** Without gradients, decay is all that moves a parameter. */
  @ParameterizedTest
  @MethodSource("optimizers")
  void decayIsForMatricesOnlyWhereAskedFor(Optimizer optimizer) throws IOException {
    for (boolean all : new boolean[] {true, false}) {
      try (var model = new TinyModel(Cells.LSTM_PEEPHOLE, 0)) {
        model.build(backend, 1);
        for (var parameter : model.parameters()) {
          var ones = new float[parameter.size()];
          Arrays.fill(ones, 1);
          parameter.set(ones);
        }
        var training =
            Training.of(model)
                .loss((tape, batch, state) -> model.loss(tape, batch, state).times(0))
                .optimizer(optimizer)
                .freeze(model.embedding);
        (all ? training : training.decayOnlyMatrices())
            .fit(TokenStreams.of(TinyModel.text(90, 1), 2), Budget.updates(3));
        for (var parameter : model.parameters()) {
          boolean decays = parameter != model.embedding.weight() && (all || !parameter.isVector());
          for (float value : parameter.toArray()) {
            assertEquals(decays, value < 0.99f, parameter + ": " + value);
            assertTrue(decays || value == 1, parameter + ": " + value);
          }
        }
      }
    }
  }

  @Test
  void whatCannotBeStoppedOrFrozenIsRefused() {
    var text = TokenStreams.of(TinyModel.text(90, 1), 2);
    try (var model = new TinyModel(Cells.ELMAN, 0);
        var other = new TinyModel(Cells.ELMAN, 0)) {
      model.build(backend, 1);
      var training = Training.of(model).loss(model::loss);
      assertMessage("patience: expected at least 0, got -1", () -> training.stopEarly(-1));
      assertThrows(IllegalArgumentException.class, () -> training.freeze(other.embedding));
      assertThrows(
          IllegalStateException.class, () -> training.stopEarly(0).fit(text, Budget.epochs(1)));
      assertThrows(
          IllegalStateException.class,
          () -> Training.of(model).loss(model::loss).freeze(model).fit(text, Budget.epochs(1)));
    }
  }

  @Test
  void aTextThatIsTooShortIsRefused() {
    assertMessage(
        "text: expected at least 5 tokens for 4 streams, got 4",
        () -> TokenStreams.of(new int[4], 4));
    assertMessage(
        "text: expected streams of at least one window of 64 steps, that is 257 tokens, got 200",
        () -> TokenStreams.of(new int[200], 4).windows(64));
    assertMessage("streams: expected at least 1, got 0", () -> TokenStreams.of(new int[4], 0));
  }

  @Test
  void streamsAreCutSideBySide() {
    var batch = TokenStreams.of(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 2).windows(3).batch(0, 0);
    assertArrayEquals(new int[] {0, 4, 1, 5, 2, 6}, batch.inputs().packedTokens());
    assertArrayEquals(new int[] {1, 5, 2, 6, 3, 7}, batch.targets().packedTokens());
  }

  @Test
  void shufflingKeepsEveryExampleAndDiffersByEpoch() {
    var seen = new ArrayList<List<Integer>>();
    var batches =
        MiniBatches.of(
                10,
                4,
                rows -> {
                  seen.add(Arrays.stream(rows).boxed().toList());
                  return Batch.of(Sequences.ofLabels(rows), Sequences.ofLabels(rows));
                })
            .shuffled(5);
    for (int epoch = 0; epoch < 2; epoch++) {
      for (int i = 0; i < batches.count(); i++) {
        batches.batch(epoch, i);
      }
    }
    var first = seen.subList(0, 3).stream().flatMap(List::stream).toList();
    var second = seen.subList(3, 6).stream().flatMap(List::stream).toList();
    assertEquals(10, first.stream().distinct().count());
    assertEquals(10, second.stream().distinct().count());
    assertTrue(!first.equals(second));
  }

  @Test
  void evaluationDoesNotDependOnWindowsOrMasks() {
    try (var model = new TinyModel(Cells.LSTM, 0.5);
        var tape = Tape.training(backend, 3)) {
      model.build(backend, 1);
      // 700 steps a stream: two windows of 256, and a shorter one.
      var data = TokenStreams.of(TinyModel.text(1401, 4), 2);
      double inWindows = Metrics.evaluate(tape, data, Metrics.LOSS, model::loss);
      double whole =
          Metrics.evaluate(tape, Batches.of(data.batch(0, 0)), Metrics.LOSS, model::loss);
      assertEquals(whole, inWindows, 1e-6);
      assertEquals(
          whole / Math.log(2),
          Metrics.evaluate(tape, data, Metrics.BITS_PER_CHARACTER, model::loss),
          1e-6);
    }
  }

  private static void assertMessage(
      String message, org.junit.jupiter.api.function.Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
