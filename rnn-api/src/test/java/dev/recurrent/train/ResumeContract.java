package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import dev.recurrent.io.SafeTensorsException;
import dev.recurrent.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kills runs and resumes them on any backend of single precision, since a checkpoint holds floats.
 * A backend's test extends this class.
 */
public abstract class ResumeContract {
  /** Opens the backend. */
  protected abstract Backend open();

  @TempDir Path folder;

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private record Outcome(List<float[]> parameters, List<String> history, TrainingResult result) {}

  /** Trains a tiny model over a text; the listener may kill it. */
  private Outcome train(UnaryOperator<Training> more, Batches data, TrainingListener... listeners)
      throws IOException {
    return train(more, data, Budget.epochs(3), listeners);
  }

  private Outcome train(
      UnaryOperator<Training> more, Batches data, Budget budget, TrainingListener... listeners)
      throws IOException {
    try (var backend = open();
        var model = new TinyModel(Cells.LSTM, 0.2)) {
      model.build(backend, 3);
      var training =
          more.apply(
              Training.of(model)
                  .loss(model::loss)
                  .optimizer(Adam.withLearningRate(0.01))
                  .clipGradientNorm(1)
                  .truncatedBptt(4)
                  .seed(77)
                  .listener(listeners)
                  .validateOn(
                      TokenStreams.of(TinyModel.text(80, 6), 2), Metrics.BITS_PER_CHARACTER));
      var result = training.fit(data, budget);
      var parameters = new ArrayList<float[]>();
      model.parameters().forEach(p -> parameters.add(p.toArray()));
      // Seconds differ from run to run.
      var history =
          result.epochs().stream()
              .map(
                  e ->
                      e.epoch() + " " + e.updates() + " " + e.trainingLoss() + " " + e.validation())
              .toList();
      return new Outcome(parameters, history, result);
    }
  }

  private static TrainingListener killAt(long update) {
    return new TrainingListener() {
      @Override
      public void updated(Update u) {
        if (u.update() == update) {
          throw new Killed();
        }
      }
    };
  }

  private static Batches text() {
    return TokenStreams.of(TinyModel.text(200, 5), 4).windows(4);
  }

  private void killAndResume(UnaryOperator<Training> setup, Batches data, long killAt)
      throws IOException {
    var whole = train(setup, data);
    assertThrows(
        Killed.class,
        () ->
            train(
                t -> setup.apply(t).checkpointTo(folder).checkpointEvery(Duration.ZERO),
                data,
                killAt(killAt)));
    var resumed = train(t -> setup.apply(t).checkpointTo(folder).resumeFrom(folder), data);
    assertSame(whole, resumed);
  }

  private static void assertSame(Outcome whole, Outcome resumed) {
    assertEquals(whole.history, resumed.history);
    for (int i = 0; i < whole.parameters.size(); i++) {
      assertArrayEquals(whole.parameters.get(i), resumed.parameters.get(i), "parameter " + i);
    }
    assertEquals(whole.result.bestValidation(), resumed.result.bestValidation());
    assertEquals(whole.result.updates(), resumed.result.updates());
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 7, 12, 13, 25, 36})
  void aKilledRunGoesOnToTheSameBits(long update) throws IOException {
    killAndResume(t -> t, text(), update);
  }

  @Test
  void overlappingWindowsGoOnToTheSameBits() throws IOException {
    killAndResume(t -> t.truncatedBptt(4, 10), text(), 15);
  }

  @Test
  void accumulatedGradientsGoOnToTheSameBits() throws IOException {
    killAndResume(t -> t.accumulateGradients(3), text(), 6);
  }

  @Test
  void firstLossOfAResumedRunIsThatOfAllWindowsOfItsUpdate() throws IOException {
    UnaryOperator<Training> setup = t -> t.accumulateGradients(3);
    var whole = new ArrayList<Double>();
    train(setup, text(), losses(whole, Long.MAX_VALUE));
    var parted = new ArrayList<Double>();
    assertThrows(
        Killed.class,
        () ->
            train(
                t -> setup.apply(t).checkpointTo(folder).checkpointEvery(Duration.ZERO),
                text(),
                losses(parted, 6)));
    train(
        t -> setup.apply(t).checkpointTo(folder).resumeFrom(folder),
        text(),
        losses(parted, Long.MAX_VALUE));
    assertEquals(whole, parted);
  }

  private static TrainingListener losses(List<Double> seen, long killedAt) {
    return new TrainingListener() {
      @Override
      public void updated(Update u) {
        if (u.update() == killedAt) {
          throw new Killed();
        }
        seen.add(u.loss());
      }
    };
  }

  @Test
  void schedulesAndOtherOptimizersGoOnToTheSameBits() throws IOException {
    killAndResume(
        t ->
            t.optimizer(RmsProp.withLearningRate(0.01).withMomentum(0.5))
                .schedule(Schedule.cosine(5, 1e-4)),
        text(),
        17);
    // Each run has its own schedule, since this one remembers.
    killAndResume(
        t ->
            t.optimizer(Sgd.withLearningRate(0.5).withNesterov(0.9))
                .schedule(new HalvedByValidations()),
        text(),
        30);
  }

  private static final class HalvedByValidations implements Schedule {
    private double scale = 1;

    @Override
    public double learningRate(double base, Progress progress) {
      return base * scale;
    }

    @Override
    public void validated(double value) {
      scale /= 2;
    }

    @Override
    public Map<String, Double> save() {
      return Map.of("scale", scale);
    }

    @Override
    public void restore(Map<String, Double> saved) {
      scale = saved.get("scale");
    }
  }

  @Test
  void shuffledMiniBatchesGoOnToTheSameBits() throws IOException {
    var text = TinyModel.text(300, 9);
    var data =
        MiniBatches.of(
                20,
                3,
                rows -> {
                  var inputs = new ArrayList<int[]>();
                  var targets = new ArrayList<int[]>();
                  for (int row : rows) {
                    int length = 3 + row % 7;
                    inputs.add(Arrays.copyOfRange(text, row * 10, row * 10 + length));
                    targets.add(Arrays.copyOfRange(text, row * 10 + 1, row * 10 + length + 1));
                  }
                  return Batch.of(
                      dev.recurrent.tape.Sequences.ofTokens(inputs),
                      dev.recurrent.tape.Sequences.ofTokens(targets));
                })
            .shuffled(21);
    killAndResume(t -> t, data, 18);
  }

  @Test
  void aStopWritesACheckpointFromWhichItGoesOn() throws IOException {
    var whole = train(t -> t, text());
    var running = new ArrayList<Training>();
    var stopped =
        train(
            t -> {
              running.add(t);
              return t.checkpointTo(folder);
            },
            text(),
            new TrainingListener() {
              @Override
              public void updated(Update u) {
                if (u.update() == 20) {
                  running.getFirst().requestStop();
                }
              }
            });
    assertEquals(TrainingResult.Ending.STOPPED, stopped.result.ending());
    assertEquals(20, stopped.result.updates());
    assertTrue(Files.exists(folder.resolve("checkpoint.safetensors")));
    assertSame(whole, train(t -> t.checkpointTo(folder).resumeFrom(folder), text()));
  }

  @Test
  void aBudgetOfUpdatesEndsWithAValidationAndGoesOnToTheSameBits() throws IOException {
    var whole = train(t -> t, text(), Budget.epochs(3));
    var part = train(t -> t.checkpointTo(folder), text(), Budget.updates(17));
    assertEquals(TrainingResult.Ending.COMPLETED, part.result.ending());
    assertEquals(17, part.result.updates());
    assertEquals(2, part.result.epochs().size());
    assertTrue(part.result.epochs().getLast().validation() > 0);
    assertSame(
        whole, train(t -> t.checkpointTo(folder).resumeFrom(folder), text(), Budget.epochs(3)));
    assertEquals(1, train(t -> t, text(), Budget.updates(12)).result.epochs().size());
  }

  @Test
  void aCheckpointOfAnotherSetUpIsRefused() throws IOException {
    train(t -> t.checkpointTo(folder), text());
    var e =
        assertThrows(
            SafeTensorsException.class,
            () -> train(t -> t.truncatedBptt(5).resumeFrom(folder), text()));
    assertTrue(e.getMessage().contains("bptt: expected Bptt[k1=5, k2=5], got"), e.getMessage());
    e =
        assertThrows(
            SafeTensorsException.class,
            () -> train(t -> t.optimizer(Sgd.withLearningRate(1)).resumeFrom(folder), text()));
    assertTrue(e.getMessage().contains("optimizer: expected sgd, got"), e.getMessage());
    var otherText = TokenStreams.of(TinyModel.text(200, 6), 4).windows(4);
    e = assertThrows(SafeTensorsException.class, () -> train(t -> t.resumeFrom(folder), otherText));
    assertTrue(e.getMessage().contains("data: expected 4 streams of 48 tokens"), e.getMessage());
  }

  private static UnaryOperator<Training> stoppingEarly() {
    // So large a rate that validation gets worse from some epoch on.
    return t -> t.optimizer(Sgd.withLearningRate(8)).stopEarly(1);
  }

  @Test
  void patienceIsCountedOverAKill() throws IOException {
    var whole = train(stoppingEarly(), text(), Budget.epochs(40));
    int epochs = whole.result.epochs().size();
    assertEquals(TrainingResult.Ending.STOPPED_EARLY, whole.result.ending());
    assertEquals(whole.result.bestEpoch() + 2, epochs);
    assertThrows(
        Killed.class,
        () ->
            train(
                t -> stoppingEarly().apply(t).checkpointTo(folder).checkpointEvery(Duration.ZERO),
                text(),
                Budget.epochs(40),
                killAt(whole.result.updates() - 3)));
    UnaryOperator<Training> goingOn =
        t -> stoppingEarly().apply(t).checkpointTo(folder).resumeFrom(folder);
    var resumed = train(goingOn, text(), Budget.epochs(40));
    assertSame(whole, resumed);
    assertEquals(TrainingResult.Ending.STOPPED_EARLY, resumed.result.ending());
    // One that has ended stays ended.
    assertSame(whole, train(goingOn, text(), Budget.epochs(40)));
  }

  /** The optimizer has momentum and weight decay, which move parameters without a gradient. */
  private Outcome trainFrozen(UnaryOperator<Training> more, TrainingListener... listeners)
      throws IOException {
    try (var backend = open();
        var model = new TinyModel(Cells.LSTM, 0.2)) {
      model.build(backend, 3);
      var before = model.embedding.weight().toArray();
      var biasBefore = java.util.Objects.requireNonNull(model.output.bias()).toArray();
      var training =
          more.apply(
              Training.of(model)
                  .loss(model::loss)
                  .optimizer(AdamW.withLearningRate(0.01).withWeightDecay(0.1))
                  .clipGradientNorm(1)
                  .truncatedBptt(4)
                  .freeze(model.embedding, model.recurrent)
                  .listener(listeners));
      var result = training.fit(text(), Budget.epochs(2));
      assertArrayEquals(before, model.embedding.weight().toArray());
      assertTrue(
          !Arrays.equals(
              biasBefore, java.util.Objects.requireNonNull(model.output.bias()).toArray()));
      var parameters = new ArrayList<float[]>();
      model.parameters().forEach(p -> parameters.add(p.toArray()));
      return new Outcome(parameters, List.of(), result);
    }
  }

  @Test
  void frozenParametersKeepTheirValuesOverAKill() throws IOException {
    var whole = trainFrozen(t -> t);
    assertThrows(
        Killed.class,
        () -> trainFrozen(t -> t.checkpointTo(folder).checkpointEvery(Duration.ZERO), killAt(9)));
    assertSame(whole, trainFrozen(t -> t.checkpointTo(folder).resumeFrom(folder)));
    var e =
        assertThrows(
            SafeTensorsException.class,
            () ->
                train(
                    t -> t.optimizer(AdamW.withLearningRate(0.01)).seed(1).resumeFrom(folder),
                    text()));
    assertTrue(
        e.getMessage().contains("frozen: expected [], got [embedding.weight"), e.getMessage());
  }

  @Test
  void theBestModelIsKept() throws IOException {
    var outcome = train(t -> t.checkpointTo(folder), text());
    var best = outcome.result.epochs().get(outcome.result.bestEpoch() - 1);
    assertEquals(best.validation(), outcome.result.bestValidation());
    try (var backend = open();
        var model = new TinyModel(Cells.LSTM, 0);
        var tape = dev.recurrent.tape.Tape.inference(backend)) {
      model.build(backend, 99);
      model.load(folder.resolve("best.safetensors"));
      double again =
          Metrics.evaluate(
              tape,
              TokenStreams.of(TinyModel.text(80, 6), 2),
              Metrics.BITS_PER_CHARACTER,
              model::loss);
      assertEquals(best.validation(), again);
    }
  }
}
