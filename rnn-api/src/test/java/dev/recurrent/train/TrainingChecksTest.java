package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import dev.recurrent.io.SafeTensorsException;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Model;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.score.Goal;
import dev.recurrent.score.Measure;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.Sequences;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What would train otherwise than it was asked for, or not at all, says so. */
class TrainingChecksTest {
  private final ReferenceBackend backend = new ReferenceBackend();
  private final TinyModel model = new TinyModel(Cells.ELMAN, 0);
  private final Batches text = TokenStreams.of(TinyModel.text(90, 1), 2);

  @BeforeEach
  void build() {
    model.build(backend, 1);
  }

  @AfterEach
  void close() {
    model.close();
    backend.close();
  }

  private Training training() {
    return Training.of(model).loss(model::loss);
  }

  private static void assertRefused(String message, Executable call) {
    var e = assertThrows(RuntimeException.class, call);
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void truncationOfALossThatStartsAnewIsRefused() throws IOException {
    LossFunction anew =
        (tape, batch, _) -> {
          try (var zeros = new RecurrentState()) {
            return model.loss(tape, batch, zeros);
          }
        };
    assertRefused(
        "truncatedBptt: expected a loss that runs the recurrent layers with the state",
        () -> training().loss(anew).truncatedBptt(5).fit(text, Budget.epochs(1)));
    assertRefused(
        "truncatedBptt: expected a loss that runs the recurrent layers with the state",
        () -> training().loss(anew).truncatedBptt(5, 10).fit(text, Budget.epochs(1)));
    // One window is the whole batch, and starts at zero anyway.
    training().loss(anew).truncatedBptt(44).fit(text, Budget.epochs(1));
  }

  @Test
  void fittingTwiceIsRefused() throws IOException {
    var training = training();
    training.fit(text, Budget.epochs(1));
    assertRefused(
        "fit: expected one call, got a second one", () -> training.fit(text, Budget.epochs(1)));
  }

  @Test
  void fittingNothingIsRefused() {
    assertRefused(
        "data: expected at least one batch, got none",
        () -> training().fit(Batches.of(), Budget.epochs(1)));
    assertRefused(
        "validation data: expected at least one batch, got none",
        () -> training().validateOn(Batches.of(), Metrics.LOSS).fit(text, Budget.epochs(1)));
    var none = Batch.of(Sequences.ofSequence(1, 2), Sequences.ofSequence(-100, -1));
    assertRefused(
        "data: expected targets that count, got none in epoch 1",
        () -> training().fit(Batches.of(none), Budget.epochs(1)));
  }

  @Test
  void whatNeedsValidationOrAFolderIsRefusedWithout() {
    assertRefused(
        "schedule: expected validation data, got none; call validateOn",
        () -> training().schedule(Schedule.reduceOnPlateau(0.5, 1)).fit(text, Budget.epochs(1)));
    assertRefused(
        "restoreBest: expected validation data, got none; call validateOn",
        () -> training().restoreBest().fit(text, Budget.epochs(1)));
    assertRefused(
        "checkpointEvery: expected a folder for checkpoints, got none; call checkpointTo",
        () -> training().checkpointEvery(Duration.ofSeconds(1)).fit(text, Budget.epochs(1)));
  }

  /** A regression of a number on two features. */
  private static final class Line extends Model {
    final Dense dense = add("dense", Dense.of(2, 1));

    Training training() {
      return Training.of(this)
          .loss(
              (tape, batch, _) ->
                  Losses.meanSquaredError(
                      dense.on(tape, tape.input(batch.inputs())), batch.targets()))
          .optimizer(Sgd.withLearningRate(0.01));
    }
  }

  private static Batch points(float feature, float target) {
    var x = List.of(new float[][] {{1, 2}}, new float[][] {{3, 4}, {5, feature}});
    var y = List.of(new float[][] {{1}}, new float[][] {{2}, {target}});
    return Batch.of(Sequences.ofFeatures(x), Sequences.ofFeatures(y));
  }

  @Test
  void inputsThatAreNotFiniteAreNamedAndNotTheLearningRate() {
    try (var line = new Line()) {
      line.build(backend, 1);
      var before = line.dense.weight().toArray();
      var good = points(1, 1);
      assertRefused(
          "batch 2 of epoch 1, inputs: expected finite numbers, got NaN at step 1 of sequence 1,"
              + " feature 1",
          () -> line.training().fit(Batches.of(good, points(Float.NaN, 1)), Budget.epochs(1)));
      assertRefused(
          "batch 1 of epoch 1, targets: expected finite numbers, got Infinity at step 1 of sequence"
              + " 1, feature 0",
          () ->
              line.training()
                  .fit(Batches.of(points(1, Float.POSITIVE_INFINITY)), Budget.epochs(1)));
      line.dense.weight().set(before);
      assertRefused(
          "validation batch 1, inputs: expected finite numbers, got -Infinity at step 1",
          () ->
              line.training()
                  .validateOn(Batches.of(points(Float.NEGATIVE_INFINITY, 1)), Metrics.LOSS)
                  .fit(Batches.of(good), Budget.epochs(1)));
      assertArrayEquals(before, line.dense.weight().toArray());
      assertRefused(
          "at update 1 of epoch 1; the model is as before it. No update was made before: look at"
              + " the size of inputs and targets",
          () -> line.training().fit(Batches.of(points(1e30f, 1)), Budget.epochs(1)));
    }
  }

  @Test
  void aTargetThatIsNotKnownAndDoesNotCountIsNoNumber() throws IOException {
    try (var line = new Line();
        var wanted = new Line()) {
      line.build(backend, 1);
      wanted.build(backend, 1);
      var weights = List.of(new float[] {1}, new float[] {2, 0});
      for (float unknown : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
        train(line, points(1, unknown), weights);
        train(wanted, points(1, 7), weights);
        assertTrue(Float.isFinite(line.dense.weight().toArray()[0]));
        assertArrayEquals(wanted.dense.weight().toArray(), line.dense.weight().toArray());
      }
    }
  }

  private static void train(Line line, Batch batch, List<float[]> weights) throws IOException {
    var weighted = batch.withTargets(batch.targets().weighted(weights));
    line.training().fit(Batches.of(weighted), Budget.epochs(1));
  }

  /** Gives the values one after the other. */
  private static Metric metric(Goal goal, double... values) {
    var next = new int[1];
    var given = Measure.ofSums("given", goal, 1, _ -> values[next[0]++]);
    return new Metric(given, _ -> List.of(new double[] {1}));
  }

  @Test
  void aValidationThatIsNoNumberIsNeverTheBest(@TempDir Path folder) throws IOException {
    var first =
        training()
            .validateOn(text, metric(Goal.MINIMIZE, Double.NaN, 3, 2, Double.NaN))
            .checkpointTo(folder)
            .fit(text, Budget.epochs(4));
    assertEquals(3, first.bestEpoch());
    assertEquals(2, first.bestValidation());
    var maximized =
        training()
            .validateOn(text, metric(Goal.MAXIMIZE, Double.NaN, 0.5, 0.7, Double.NaN))
            .fit(text, Budget.epochs(4));
    assertEquals(3, maximized.bestEpoch());
  }

  @Test
  void patienceEndsWithoutAnyValidationThatIsANumber(@TempDir Path folder) throws IOException {
    var nan = new double[10];
    Arrays.fill(nan, Double.NaN);
    var result =
        training()
            .validateOn(text, metric(Goal.MINIMIZE, nan))
            .stopEarly(2)
            .checkpointTo(folder)
            .fit(text, Budget.epochs(10));
    assertEquals(TrainingResult.Ending.STOPPED_EARLY, result.ending());
    assertEquals(3, result.epochs().size());
    assertEquals(0, result.bestEpoch());
    assertRefused(
        "validation: expected a number after one of 3 epochs, got none", result::requireBest);
    assertFalse(Files.exists(folder.resolve("best.safetensors")));
  }

  @Test
  void aPlateauIsNotLeftByWhatIsNoNumber() {
    var schedule = Schedule.reduceOnPlateau(0.1, 1);
    var rates = new ArrayList<Double>();
    for (double loss : new double[] {Double.NaN, 1, Double.NaN, 0.5, Double.NaN, Double.NaN}) {
      schedule.validated(loss);
      rates.add(schedule.learningRate(1, new Schedule.Progress(0, 1, 0)));
    }
    assertEquals(List.of(1.0, 1.0, 1.0, 1.0, 1.0, 0.1), rates);
  }

  @Test
  void theBestModelIsRestoredWithAndWithoutAFolder(@TempDir Path folder) throws IOException {
    var best = new ArrayList<float[]>();
    UnaryOperator<Training> setup =
        t ->
            t.validateOn(text, metric(Goal.MINIMIZE, 3, 1, 2, 4))
                .restoreBest()
                .listener(
                    new TrainingListener() {
                      @Override
                      public void epochEnded(EpochResult result) {
                        if (result.epoch() == 2) {
                          best.clear();
                          model.parameters().forEach(p -> best.add(p.toArray()));
                        }
                      }
                    });
    setup.apply(training()).fit(text, Budget.epochs(4));
    assertSame(best);
    setup.apply(training()).checkpointTo(folder).fit(text, Budget.epochs(3));
    assertSame(best);
    // A resumed run that finds no better model has that of the run before.
    training()
        .validateOn(text, metric(Goal.MINIMIZE, 9))
        .restoreBest()
        .resumeFrom(folder)
        .fit(text, Budget.epochs(4));
    assertSame(best);
  }

  private void assertSame(List<float[]> values) {
    assertEquals(model.parameters().size(), values.size());
    for (int i = 0; i < values.size(); i++) {
      assertArrayEquals(values.get(i), model.parameters().get(i).toArray());
    }
  }

  @Test
  void otherSettingsThanThoseOfTheCheckpointAreRefused(@TempDir Path folder) throws IOException {
    UnaryOperator<Training> setup =
        t ->
            t.optimizer(Adam.withLearningRate(0.01))
                .clipGradientNorm(5)
                .schedule(Schedule.decayAfter(1, 0.5));
    setup.apply(training()).checkpointTo(folder).fit(text, Budget.epochs(1));
    assertOtherSetting(
        "optimizerSettings: expected Adam[learningRate=0.02",
        folder,
        t -> setup.apply(t).optimizer(Adam.withLearningRate(0.02)));
    assertOtherSetting(
        "clipping: expected Clip[norm=1.0, value=0.0], got Clip[norm=5.0, value=0.0]",
        folder,
        t -> setup.apply(t).clipGradientNorm(1));
    assertOtherSetting(
        "schedule: expected decay after 1 epochs by 0.25, got decay after 1 epochs by 0.5",
        folder,
        t -> setup.apply(t).schedule(Schedule.decayAfter(1, 0.25)));
    assertOtherSetting(
        "groups: expected [], decay of matrices only, got []",
        folder,
        t -> setup.apply(t).decayOnlyMatrices());
    var result = setup.apply(training()).resumeFrom(folder).fit(text, Budget.epochs(2));
    assertEquals(2, result.epochs().size());
  }

  private void assertOtherSetting(String message, Path folder, UnaryOperator<Training> setup) {
    var training = setup.apply(training()).resumeFrom(folder);
    var e = assertThrows(SafeTensorsException.class, () -> training.fit(text, Budget.epochs(2)));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  /** An optimizer that does not say what it is, is known by its name and rate. */
  @Test
  void anUnknownOptimizerAndAnUnknownScheduleMayGoOn(@TempDir Path folder) throws IOException {
    for (var resumed : new boolean[] {false, true}) {
      var training =
          training()
              .schedule((base, progress) -> base / (1 + progress.update()))
              .optimizer(new Plain())
              .checkpointTo(folder);
      (resumed ? training.resumeFrom(folder) : training).fit(text, Budget.epochs(resumed ? 2 : 1));
    }
  }

  private static final class Plain implements Optimizer {
    @Override
    public String name() {
      return "plain";
    }

    @Override
    public double learningRate() {
      return 0.1;
    }

    @Override
    public void equations(UpdateEquations u) {
      u.update(u.parameter().minus(u.gradient().times(u.learningRate())));
    }
  }

  @Test
  void aLearningRateOfZeroChangesNothing() throws IOException {
    var before = model.parameters().stream().map(Parameter::toArray).toList();
    training().optimizer(AdamW.withLearningRate(0).withWeightDecay(1)).fit(text, Budget.epochs(1));
    assertSame(before);
  }
}
