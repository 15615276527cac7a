package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import dev.recurrent.reference.ReferenceBackend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plain descent at learning rate 1 moves each parameter by its gradient, clipped or not. */
class GradientClippingTest {
  private final ReferenceBackend backend = new ReferenceBackend();

  @AfterEach
  void close() {
    backend.close();
  }

  /** What one update subtracts from all parameters, and the norm that it reports. */
  private record Step(double[] moves, double reportedNorm) {
    double norm() {
      return Math.sqrt(Arrays.stream(moves).map(x -> x * x).sum());
    }

    Step map(DoubleUnaryOperator change) {
      return new Step(Arrays.stream(moves).map(change).toArray(), reportedNorm);
    }
  }

  private Step firstStep(UnaryOperator<Training> setup) throws IOException {
    try (var model = new TinyModel(Cells.LSTM, 0)) {
      model.build(backend, 1);
      var before = values(model);
      var updates = new ArrayList<TrainingListener.Update>();
      var training =
          Training.of(model)
              .loss(model::loss)
              .optimizer(Sgd.withLearningRate(1))
              .listener(
                  new TrainingListener() {
                    @Override
                    public void updated(Update update) {
                      updates.add(update);
                    }
                  });
      setup
          .apply(training)
          .fit(TokenStreams.of(TinyModel.text(41, 4), 2).windows(5), Budget.updates(1));
      var after = values(model);
      var moves = new double[before.length];
      Arrays.setAll(moves, i -> before[i] - after[i]);
      return new Step(moves, updates.getFirst().gradientNorm());
    }
  }

  private static double[] values(TinyModel model) {
    var values = new ArrayList<float[]>();
    model.parameters().forEach(p -> values.add(p.toArray()));
    return values.stream()
        .flatMapToDouble(
            array -> {
              var doubles = new double[array.length];
              Arrays.setAll(doubles, i -> array[i]);
              return Arrays.stream(doubles);
            })
        .toArray();
  }

  private static DoubleUnaryOperator cutTo(double limit) {
    return x -> Math.max(-limit, Math.min(limit, x));
  }

  private static double largest(Step step) {
    return Arrays.stream(step.moves).map(Math::abs).max().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.1, 0.01})
  void eachElementIsCutBeforeTheOptimizerSeesIt(double share) throws IOException {
    var gradient = firstStep(t -> t);
    double limit = share * largest(gradient);
    var clipped = firstStep(t -> t.clipGradientValue(limit));
    assertArrayEquals(gradient.map(cutTo(limit)).moves, clipped.moves, 1e-6);
    assertEquals(gradient.norm(), clipped.reportedNorm, 1e-5);
  }

  @Test
  void aLimitThatNoElementReachesChangesNothing() throws IOException {
    var gradient = firstStep(t -> t);
    double limit = 1.01 * largest(gradient);
    assertArrayEquals(gradient.moves, firstStep(t -> t.clipGradientValue(limit)).moves);
  }

  @Test
  void elementsAreCutBeforeTheNormOfWhatIsLeft() throws IOException {
    var gradient = firstStep(t -> t);
    double limit = 0.1 * largest(gradient);
    var cut = gradient.map(cutTo(limit));
    double norm = 0.5 * cut.norm();
    var expected = cut.map(x -> x * 0.5);
    for (UnaryOperator<Training> both :
        List.<UnaryOperator<Training>>of(
            t -> t.clipGradientValue(limit).clipGradientNorm(norm),
            t -> t.clipGradientNorm(norm).clipGradientValue(limit))) {
      var clipped = firstStep(both);
      assertArrayEquals(expected.moves, clipped.moves, 1e-6);
      assertEquals(gradient.norm(), clipped.reportedNorm, 1e-5);
    }
    // Between the norm of what is left and that of all: nothing more to do.
    double between = (cut.norm() + gradient.norm()) / 2;
    var clipped = firstStep(t -> t.clipGradientNorm(between).clipGradientValue(limit));
    assertArrayEquals(cut.moves, clipped.moves, 1e-6);
  }

  @Test
  void theMeanOfAccumulatedGradientsIsCutAndNotEachOfThem() throws IOException {
    UnaryOperator<Training> accumulating = t -> t.truncatedBptt(5).accumulateGradients(4);
    var gradient = firstStep(accumulating);
    double limit = 0.1 * largest(gradient);
    var clipped = firstStep(t -> accumulating.apply(t).clipGradientValue(limit));
    assertArrayEquals(gradient.map(cutTo(limit)).moves, clipped.moves, 1e-6);
  }

  /** An infinite gradient would be cut to a good one. */
  @Test
  void cuttingHidesNoDivergence() throws IOException {
    try (var model = new TinyModel(Cells.LSTM, 0)) {
      model.build(backend, 1);
      var gradient = model.output.weight().gradient();
      var training =
          Training.of(model)
              .loss(
                  (tape, batch, state) -> {
                    var infinite = new float[] {Float.POSITIVE_INFINITY};
                    backend.memory().write(gradient.storage(), gradient.offset(), infinite, 0, 1);
                    return model.loss(tape, batch, state);
                  })
              .clipGradientValue(1);
      var e =
          assertThrows(
              DivergedException.class,
              () -> training.fit(TokenStreams.of(TinyModel.text(41, 4), 2), Budget.updates(1)));
      assertTrue(e.getMessage().startsWith("gradient norm: expected a finite"), e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void limitsThatAreNoneAreRefused(double limit) {
    try (var model = new TinyModel(Cells.ELMAN, 0)) {
      model.build(backend, 1);
      var training = Training.of(model);
      var message = "clip: expected a number above 0, got " + limit;
      for (var call :
          List.<Executable>of(
              () -> training.clipGradientValue(limit),
              () -> training.clipGradientNorm(limit),
              () -> GradientClipping.byValue(model.store(), limit))) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
      }
    }
  }
}
