package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.score.Bleu;
import dev.recurrent.score.Measure;
import dev.recurrent.score.Measures;
import dev.recurrent.score.Statistics;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Tape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricTest {
  private static final int CLASSES = TinyModel.VOCABULARY;

  private final Backend backend = new ReferenceBackend();

  /** Which symbols are predicted, and what is shown of it. */
  @FunctionalInterface
  private interface Shown {
    double[] of(float[] logits, int[] targets);
  }

  private static Metric.Evidence evidence(TinyModel model, Shown shown) {
    return window -> {
      var logits = model.logits(window.tape(), window.batch().inputs(), window.state());
      return List.of(shown.of(logits.toArray(), window.batch().targets().packedTokens()));
    };
  }

  private static int[] likeliest(float[] logits) {
    return IntStream.range(0, logits.length / CLASSES)
        .map(
            row ->
                IntStream.range(0, CLASSES)
                    .reduce((a, b) -> logits[row * CLASSES + b] > logits[row * CLASSES + a] ? b : a)
                    .orElseThrow())
        .toArray();
  }

  private static Metric macroF1(TinyModel model) {
    return new Metric(
        Measures.macroF1(CLASSES),
        evidence(
            model,
            (logits, targets) -> Statistics.confusions(likeliest(logits), targets, CLASSES)));
  }

  private static Metric auc(TinyModel model) { // of symbol 0 against all others
    return new Metric(
        Measures.AUC,
        evidence(
            model,
            (logits, targets) -> {
              var scores = new float[targets.length];
              for (int i = 0; i < scores.length; i++) {
                scores[i] = logits[i * CLASSES];
              }
              return Statistics.scores(
                  scores, Arrays.stream(targets).map(target -> target == 0 ? 1 : 0).toArray());
            }));
  }

  private static Metric bleu(TinyModel model) {
    return new Metric(
        Measures.BLEU,
        evidence(
            model,
            (logits, targets) ->
                Bleu.statistics(words(likeliest(logits)), List.of(words(targets)))));
  }

  private static String words(int[] tokens) {
    return Arrays.stream(tokens).mapToObj(token -> "w" + token).collect(Collectors.joining(" "));
  }

  @Test
  void eachMetricStartsFromTheStateOfTheWindowAndThoseOfOneEvidenceShareAPass() {
    try (var model = new TinyModel(Cells.LSTM, 0.5);
        var tape = Tape.training(backend, 3)) {
      model.build(backend, 1);
      var data = TokenStreams.of(TinyModel.text(1401, 4), 2); // three windows of 700 steps
      var metrics =
          List.of(macroF1(model), Metrics.LOSS, auc(model), Metrics.PERPLEXITY, bleu(model));
      var passes = new ArrayList<Batch>();
      LossFunction loss =
          (on, batch, state) -> {
            passes.add(batch);
            return model.loss(on, batch, state);
          };
      var together = Metrics.evaluate(tape, data, metrics, loss);
      assertEquals(3, passes.size());
      var apart =
          metrics.stream().mapToDouble(m -> Metrics.evaluate(tape, data, m, loss)).toArray();
      assertArrayEquals(apart, together);
      assertEquals(Math.exp(together[1]), together[3]);
    }
  }

  @Test
  void bestEpochAndEarlyStoppingGoByAnyMeasure(@TempDir Path folder) throws IOException {
    try (var model = new TinyModel(Cells.GRU, 0)) {
      model.build(backend, 1);
      var result = train(model, folder, Budget.epochs(40), bleu(model), macroF1(model));
      assertEquals(TrainingResult.Ending.STOPPED_EARLY, result.ending());
      var values = result.epochs().stream().map(EpochResult::validation).toList();
      double best = values.stream().mapToDouble(v -> v).max().orElseThrow();
      assertEquals(best, result.bestValidation());
      assertEquals(values.indexOf(best) + 1, result.bestEpoch());
      assertEquals(result.bestEpoch() + 3, result.epochs().size());
      assertTrue(best > 10, "BLEU: " + best);
    }
  }

  /** Returns a metric that has the same value after each epoch. */
  private static Metric constant(Measure measure) {
    return new Metric(measure, _ -> List.of(new double[] {3, 4}));
  }

  @Test
  void firstOfEquallyGoodEpochsIsTheBest(@TempDir Path folder) throws IOException {
    for (var measure : List.of(Measures.ACCURACY, Measures.LOSS)) { // larger and smaller is better
      var data = TokenStreams.of(TinyModel.text(81, 5), 4);
      try (var once = new TinyModel(Cells.GRU, 0);
          var often = new TinyModel(Cells.GRU, 0)) {
        once.build(backend, 1);
        often.build(backend, 1);
        Training.of(once).loss(once::loss).fit(data, Budget.epochs(1));
        var its = folder.resolve(measure.name());
        var result =
            Training.of(often)
                .loss(often::loss)
                .validateOn(data, constant(measure))
                .stopEarly(2)
                .checkpointTo(its)
                .fit(data, Budget.epochs(9));
        assertEquals(1, result.bestEpoch());
        assertEquals(1 + 3, result.epochs().size(), "an equal epoch is no better one");
        often.load(its.resolve("best.safetensors"));
        assertArrayEquals(once.output.weight().toArray(), often.output.weight().toArray());
      }
    }
  }

  @Test
  void batchesThatDoNotGoOnAreScoredAsEachByItself() {
    try (var model = new TinyModel(Cells.GRU, 0);
        var tape = Tape.training(backend, 3)) {
      model.build(backend, 1);
      var one = TokenStreams.of(TinyModel.text(21, 4), 2).batch(0, 0);
      var other = TokenStreams.of(TinyModel.text(21, 9), 2).batch(0, 0);
      double mean = (loss(tape, model, one) + loss(tape, model, other)) / 2;
      assertEquals(mean, loss(tape, model, one, other), 1e-7);
      assertEquals(mean, loss(tape, model, other, one), 1e-7);
    }
  }

  private static double loss(Tape tape, TinyModel model, Batch... batches) {
    return Metrics.evaluate(tape, Batches.of(batches), Metrics.LOSS, model::loss);
  }

  @Test
  void resumedRunKeepsWhatWasMeasuredBesides(@TempDir Path folder) throws IOException {
    var whole = folder.resolve("whole");
    var parted = folder.resolve("parted");
    TrainingResult first;
    try (var model = new TinyModel(Cells.GRU, 0)) {
      model.build(backend, 1);
      first = train(model, whole, Budget.epochs(4), macroF1(model), auc(model), Metrics.LOSS);
    }
    for (int epochs : new int[] {2, 4}) {
      try (var model = new TinyModel(Cells.GRU, 0)) {
        model.build(backend, 1);
        var second =
            train(model, parted, Budget.epochs(epochs), macroF1(model), auc(model), Metrics.LOSS);
        var names = second.epochs().getLast().measures().keySet();
        assertEquals(Set.of("AUC", "loss"), names);
        assertEquals(
            first.epochs().subList(0, epochs).stream().map(EpochResult::measures).toList(),
            second.epochs().stream().map(EpochResult::measures).toList());
      }
    }
    assertEquals(
        "epoch,updates,training_loss,validation,learning_rate,seconds,targets,AUC,loss",
        first.epochs().getLast().csvHeader());
    assertEquals(9, first.epochs().getLast().toCsv().split(",", -1).length);
  }

  private static TrainingResult train(
      TinyModel model, Path folder, Budget budget, Metric best, Metric... others)
      throws IOException {
    var training =
        Training.of(model)
            .loss(model::loss)
            .optimizer(Adam.withLearningRate(0.02))
            .truncatedBptt(8)
            .validateOn(TokenStreams.of(TinyModel.text(120, 6), 2), best, others)
            .stopEarly(2)
            .checkpointTo(folder);
    if (Files.exists(folder.resolve(Checkpoint.FILE))) {
      training.resumeFrom(folder);
    }
    return training.fit(TokenStreams.of(TinyModel.text(401, 5), 4), budget);
  }
}
